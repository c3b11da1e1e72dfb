# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from attrs import define

from ..models.assistant_text import AssistantText
from ..types import Fields, Model


@define(eq=False, repr=False, getstate_setstate=False)
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
        get = data.get
        return cls(
            "text" if (value := get("type")) is None else value,
            None if (value := get("text")) is None else AssistantText.from_dict(value),
        )._read_from(data)
