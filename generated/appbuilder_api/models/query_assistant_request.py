# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from attrs import define

from ..types import Fields, Model


@define(eq=False, repr=False, getstate_setstate=False)
class QueryAssistantRequest(Model):
    """The assistant to look up."""

    assistant_id: str
    """The assistant."""

    _fields: ClassVar[Fields] = (("assistant_id", "assistant_id", ..., None),)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> QueryAssistantRequest:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        return cls(
            data["assistant_id"],
        )._read_from(data)
