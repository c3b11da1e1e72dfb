# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, listed, new


@define
class UpdateMessageRequest(Model):
    """Changes to a message. Omitted fields stay as they are."""

    thread_id: str
    """The message's thread."""

    message_id: str
    """The message."""

    content: str | None = None
    """The new text."""

    file_ids: list[str] | None = None
    """Ids of files, at most 10."""

    _fields: ClassVar[Fields] = (
        ("thread_id", "thread_id", ..., None),
        ("message_id", "message_id", ..., None),
        ("content", "content", None, None),
        ("file_ids", "file_ids", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> UpdateMessageRequest:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.thread_id = data["thread_id"]
        self.message_id = data["message_id"]
        self.content = get("content")
        self.file_ids = (
            None
            if (value := get("file_ids")) is None
            else (value if type(value) is list else listed("file_ids", value))
        )
        return self
