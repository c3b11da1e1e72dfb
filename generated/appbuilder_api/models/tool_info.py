# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from attrs import define

from ..types import Fields, Model


@define(eq=False, repr=False, getstate_setstate=False)
class ToolInfo(Model):
    """A tool that a step used."""

    type: str = ""
    """The kind of tool."""

    name: str = ""
    """The tool's name."""

    arguments: str = ""
    """The arguments, as JSON text."""

    output: str = ""
    """The tool's output."""

    _fields: ClassVar[Fields] = (
        ("type", "type", "", ""),
        ("name", "name", "", ""),
        ("arguments", "arguments", "", ""),
        ("output", "output", "", ""),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ToolInfo:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        get = data.get
        return cls(
            get("type") or "",
            get("name") or "",
            get("arguments") or "",
            get("output") or "",
        )._read_from(data)
