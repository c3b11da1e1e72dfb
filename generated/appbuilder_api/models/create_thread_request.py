# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..models.assistant_message import AssistantMessage
from ..types import Fields, Model, define, listed, new


@define
class CreateThreadRequest(Model):
    """The first messages of a new thread, if any."""

    messages: list[AssistantMessage] | None = None
    """The first messages, oldest first."""

    _fields: ClassVar[Fields] = (("messages", "messages", None, None),)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CreateThreadRequest:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.messages = (
            None
            if (value := get("messages")) is None
            else [
                *map(
                    AssistantMessage.from_dict,
                    value if type(value) is list else listed("messages", value),
                )
            ]
        )
        return self
