# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from attrs import define

from ..models.assistant_message import AssistantMessage
from ..types import Fields, Model, listed


@define(eq=False, repr=False, getstate_setstate=False)
class CreateThreadRequest(Model):
    """The first messages of a new thread, if any."""

    messages: list[AssistantMessage] | None = None
    """The first messages, oldest first."""

    _fields: ClassVar[Fields] = (("messages", "messages", None, None),)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CreateThreadRequest:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        get = data.get
        return cls(
            None
            if (value := get("messages")) is None
            else [AssistantMessage.from_dict(item) for item in listed("messages", value)],
        )._read_from(data)
