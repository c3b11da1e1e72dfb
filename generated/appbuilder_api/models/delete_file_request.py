# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, new


@define
class DeleteFileRequest(Model):
    """The file to delete."""

    file_id: str
    """The file."""

    _fields: ClassVar[Fields] = (("file_id", "file_id", ..., None),)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> DeleteFileRequest:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        self.file_id = data["file_id"]
        return self
