# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, listed, new


@define
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
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.value = get("value") or ""
        self.annotations = (
            None
            if (value := get("annotations")) is None
            else (value if type(value) is list else listed("annotations", value))
        )
        return self
