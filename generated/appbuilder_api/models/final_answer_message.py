# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from attrs import define

from ..models.assistant_content import AssistantContent
from ..types import Fields, Model, listed


@define(eq=False, repr=False, getstate_setstate=False)
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
        get = data.get
        return cls(
            get("message_id") or "",
            None
            if (value := get("content")) is None
            else [AssistantContent.from_dict(item) for item in listed("content", value)]
            if isinstance(value, list)
            else AssistantContent.from_dict(value),
        )._read_from(data)
