# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..models.assistant_message import AssistantMessage
from ..types import Fields, Model, define, listed, new


@define
class AssistantThread(Model):
    """A message that a run appends to its thread first."""

    messages: list[AssistantMessage] | None = None
    """At most one message, of the role `user`."""

    metadata: dict[str, str] | None = None
    """At most 16 pairs; keys of at most 64 characters, values of at most 512."""

    _fields: ClassVar[Fields] = (
        ("messages", "messages", None, None),
        ("metadata", "metadata", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> AssistantThread:
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
        self.metadata = get("metadata")
        return self
