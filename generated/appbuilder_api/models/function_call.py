# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, new


@define
class FunctionCall(Model):
    """A function, the arguments it is called with and, once known, its output."""

    name: str = ""
    """The function's name."""

    arguments: str = ""
    """The arguments, an object as JSON text; recorded without blanks."""

    output: str | None = ""
    """The output, once submitted."""

    _fields: ClassVar[Fields] = (
        ("name", "name", "", ""),
        ("arguments", "arguments", "", ""),
        ("output", "output", "", None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> FunctionCall:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.name = get("name") or ""
        self.arguments = get("arguments") or ""
        self.output = get("output", "")
        return self
