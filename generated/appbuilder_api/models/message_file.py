# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, new


@define
class MessageFile(Model):
    """A file that goes with a message."""

    id: str
    """The file's id."""

    object: str
    """Such as `thread.message.file`."""

    created_at: int
    """When it was added, milliseconds."""

    message_id: str
    """The message it goes with."""

    _fields: ClassVar[Fields] = (
        ("id", "id", ..., None),
        ("object", "object", ..., None),
        ("created_at", "created_at", ..., None),
        ("message_id", "message_id", ..., None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> MessageFile:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        self.id = data["id"]
        self.object = data["object"]
        self.created_at = data["created_at"]
        self.message_id = data["message_id"]
        return self
