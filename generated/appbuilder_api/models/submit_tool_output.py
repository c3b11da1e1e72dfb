# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..models.tool_call import ToolCall
from ..types import Fields, Model, define, listed, new


@define
class SubmitToolOutput(Model):
    """The tool calls that a run waits for."""

    tool_calls: list[ToolCall] | None = None
    """The tool calls that need outputs, each by its id."""

    _fields: ClassVar[Fields] = (("tool_calls", "tool_calls", None, None),)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SubmitToolOutput:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.tool_calls = (
            None
            if (value := get("tool_calls")) is None
            else [
                *map(
                    ToolCall.from_dict,
                    value if type(value) is list else listed("tool_calls", value),
                )
            ]
        )
        return self
