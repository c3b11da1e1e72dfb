# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from attrs import define

from ..types import Fields, Model


@define(eq=False, repr=False, getstate_setstate=False)
class QueryFileRequest(Model):
    """The file to look up or read."""

    file_id: str
    """The file."""

    _fields: ClassVar[Fields] = (("file_id", "file_id", ..., None),)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> QueryFileRequest:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        return cls(
            data["file_id"],
        )._read_from(data)
