# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..models.assistant_content import AssistantContent
from ..types import Fields, Model, define, listed, new


@define
class Message(Model):
    """A message of a thread."""

    id: str
    """`msg_` and 32 hexadecimal digits, `chatmsg_` and 32 for an assistant's answer."""

    object: str
    """Always `thread.message`."""

    role: str
    """`user` or `assistant`."""

    content: list[AssistantContent]
    """The parts of the message."""

    created_at: int
    """When it was created, milliseconds."""

    thread_id: str
    """The message's thread."""

    assistant_id: str | None = ""
    """The assistant that answered. For a user's message empty or null, and in one documented
    response an assistant.
    """

    run_id: str | None = ""
    """The run that answered; empty or null for a user's message."""

    file_ids: list[str] | None = None
    """Ids of files that go with the message."""

    metadata: dict[str, Any] | None = None
    """The caller's own pairs. Requests may have them; it is not known whether responses do."""

    _fields: ClassVar[Fields] = (
        ("id", "id", ..., None),
        ("object", "object", ..., None),
        ("role", "role", ..., None),
        ("content", "content", ..., []),
        ("created_at", "created_at", ..., None),
        ("thread_id", "thread_id", ..., None),
        ("assistant_id", "assistant_id", "", None),
        ("run_id", "run_id", "", None),
        ("file_ids", "file_ids", None, None),
        ("metadata", "metadata", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Message:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.id = data["id"]
        self.object = data["object"]
        self.role = data["role"]
        self.content = (
            []
            if (value := data["content"]) is None
            else [
                *map(
                    AssistantContent.from_dict,
                    value if type(value) is list else listed("content", value),
                )
            ]
        )
        self.created_at = data["created_at"]
        self.thread_id = data["thread_id"]
        self.assistant_id = get("assistant_id", "")
        self.run_id = get("run_id", "")
        self.file_ids = (
            None
            if (value := get("file_ids")) is None
            else (value if type(value) is list else listed("file_ids", value))
        )
        self.metadata = get("metadata")
        return self
