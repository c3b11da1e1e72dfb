# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from attrs import define

from ..types import Fields, Model, listed


@define(eq=False, repr=False, getstate_setstate=False)
class AssistantText(Model):
    """A text and its annotations."""

    value: str = ""
    """The text."""

    annotations: list[Any] | None = None
    """Notes on the text, in a form that was not seen filled. Absent, null or a list."""

    _fields: ClassVar[Fields] = (
        ("value", "value", "", ""),
        ("annotations", "annotations", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> AssistantText:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        get = data.get
        return cls(
            get("value") or "",
            None if (value := get("annotations")) is None else listed("annotations", value),
        )._read_from(data)
