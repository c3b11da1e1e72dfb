# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..models.assistant_content import AssistantContent
from ..types import Fields, Model, define, listed, new


@define
class FinalAnswerMessage(Model):
    """The message with the answer."""

    message_id: str = ""
    """The message's id in the thread."""

    content: AssistantContent | list[AssistantContent] | None = None
    """One part in the recordings of April to June 2024, a list of parts since October 2024."""

    _fields: ClassVar[Fields] = (
        ("message_id", "message_id", "", ""),
        ("content", "content", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> FinalAnswerMessage:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.message_id = get("message_id") or ""
        self.content = (
            None
            if (value := get("content")) is None
            else [
                *map(
                    AssistantContent.from_dict,
                    value if type(value) is list else listed("content", value),
                )
            ]
            if isinstance(value, list)
            else AssistantContent.from_dict(value)
        )
        return self
