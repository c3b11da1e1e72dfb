# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from attrs import define

from ..types import Fields, Model


@define(eq=False, repr=False, getstate_setstate=False)
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
        get = data.get
        return cls(
            get("toolName") or "",
            get("actionName") or "",
            get("actionContent") or "",
        )._read_from(data)
