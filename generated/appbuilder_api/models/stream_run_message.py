# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..models.assistant_content import AssistantContent
from ..types import Fields, Model, define, listed, new


@define
class StreamRunMessage(Model):
    """The payload of a `message` event: a piece of the answer. The texts of all pieces of one
    message are joined in order.
    """

    send_id: int
    """Counts 1, 2, 3, … over the stream."""

    message_id: str
    """The message's id."""

    status: str = ""
    """Where the run stands."""

    is_end: bool | int = False
    """Whether this piece is the message's last."""

    message_index: str | int | None = ""
    """Perhaps the piece's place in the message; its meaning is not known."""

    content: list[AssistantContent] | None = None
    """The piece. Whether a last event repeats the whole text is not known; here it does not."""

    metadata: dict[str, Any] | None = None
    """On the last piece, why the message ended (`finish_reason`)."""

    _fields: ClassVar[Fields] = (
        ("status", "status", "", ""),
        ("send_id", "send_id", ..., None),
        ("is_end", "is_end", False, False),
        ("message_id", "message_id", ..., None),
        ("message_index", "message_index", "", None),
        ("content", "content", None, None),
        ("metadata", "metadata", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> StreamRunMessage:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.send_id = data["send_id"]
        self.message_id = data["message_id"]
        self.status = get("status") or ""
        self.is_end = False if (value := get("is_end")) is None else value
        self.message_index = get("message_index", "")
        self.content = (
            None
            if (value := get("content")) is None
            else [
                *map(
                    AssistantContent.from_dict,
                    value if type(value) is list else listed("content", value),
                )
            ]
        )
        self.metadata = get("metadata")
        return self
