# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, new


@define
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
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.type = get("type") or ""
        self.name = get("name") or ""
        self.arguments = get("arguments") or ""
        self.output = get("output") or ""
        return self
