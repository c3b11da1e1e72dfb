# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from attrs import define

from ..types import Fields, Model


@define(eq=False, repr=False, getstate_setstate=False)
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
        get = data.get
        return cls(
            get("name") or "",
            get("arguments") or "",
            get("output", ""),
        )._read_from(data)
