# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, new


@define
class QueryAssistantRequest(Model):
    """The assistant to look up."""

    assistant_id: str
    """The assistant."""

    _fields: ClassVar[Fields] = (("assistant_id", "assistant_id", ..., None),)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> QueryAssistantRequest:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        self.assistant_id = data["assistant_id"]
        return self
