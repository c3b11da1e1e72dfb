# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..models.assistant_text import AssistantText
from ..types import Fields, Model, define, new


@define
class AssistantContent(Model):
    """One part of a message."""

    type: str = "text"
    """The kind of part; only `text` was seen."""

    text: AssistantText | None = None
    """The text of a part of the kind `text`."""

    _fields: ClassVar[Fields] = (
        ("type", "type", "text", "text"),
        ("text", "text", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> AssistantContent:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.type = "text" if (value := get("type")) is None else value
        self.text = None if (value := get("text")) is None else AssistantText.from_dict(value)
        return self
