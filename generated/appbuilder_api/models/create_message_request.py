# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from ..types import Fields, Model, define, listed, new


@define
class CreateMessageRequest(Model):
    """A message to append to a thread."""

    thread_id: str
    """The thread to append to."""

    content: str
    """The text of the message."""

    role: Literal["assistant", "user"]
    """The author of the message. Documented is `user`; the official client allows `assistant`,
    too.
    """

    file_ids: list[str] | None = None
    """Ids of files, at most 10."""

    metadata: dict[str, str] | None = None
    """At most 16 pairs; keys of at most 64 characters, values of at most 512."""

    _fields: ClassVar[Fields] = (
        ("thread_id", "thread_id", ..., None),
        ("content", "content", ..., None),
        ("role", "role", ..., None),
        ("file_ids", "file_ids", None, None),
        ("metadata", "metadata", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CreateMessageRequest:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.thread_id = data["thread_id"]
        self.content = data["content"]
        self.role = data["role"]
        self.file_ids = (
            None
            if (value := get("file_ids")) is None
            else (value if type(value) is list else listed("file_ids", value))
        )
        self.metadata = get("metadata")
        return self
