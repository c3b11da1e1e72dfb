# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, new


@define
class RunActionInfo(Model):
    """A built-in action that a step took."""

    toolName: str = ""
    """The tool's name."""

    actionName: str = ""
    """The action's name."""

    actionContent: str = ""
    """The action's input."""

    _fields: ClassVar[Fields] = (
        ("toolName", "toolName", "", ""),
        ("actionName", "actionName", "", ""),
        ("actionContent", "actionContent", "", ""),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> RunActionInfo:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.toolName = get("toolName") or ""
        self.actionName = get("actionName") or ""
        self.actionContent = get("actionContent") or ""
        return self
