# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..models.function_call import FunctionCall
from ..types import Fields, Model, define, new


@define
class ToolCall(Model):
    """One call of a tool."""

    id: str
    """`call-<thread id>-<run id>-<step id>`."""

    type: str = "function"
    """The kind of tool."""

    function: FunctionCall | None = None
    """The function to call."""

    _fields: ClassVar[Fields] = (
        ("id", "id", ..., None),
        ("type", "type", "function", "function"),
        ("function", "function", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ToolCall:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.id = data["id"]
        self.type = "function" if (value := get("type")) is None else value
        self.function = (
            None if (value := get("function")) is None else FunctionCall.from_dict(value)
        )
        return self
