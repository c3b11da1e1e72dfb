# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..models.run_action_info import RunActionInfo
from ..models.run_message_creation import RunMessageCreation
from ..models.tool_call import ToolCall
from ..models.tool_info import ToolInfo
from ..types import Fields, Model, define, listed, new


@define
class RunStepDetail(Model):
    """The content of a step."""

    type: str = ""
    """The kind of step."""

    message_creation: RunMessageCreation | None = None
    """The message the step made."""

    action_info: RunActionInfo | None = None
    """The built-in action the step took."""

    tool_calls: list[ToolCall] | None = None
    """The tools the step called."""

    tool_info: list[ToolInfo] | None = None
    """The tools the step used, with their outputs."""

    _fields: ClassVar[Fields] = (
        ("type", "type", "", ""),
        ("message_creation", "message_creation", None, None),
        ("action_info", "action_info", None, None),
        ("tool_calls", "tool_calls", None, None),
        ("tool_info", "tool_info", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> RunStepDetail:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.type = get("type") or ""
        self.message_creation = (
            None
            if (value := get("message_creation")) is None
            else RunMessageCreation.from_dict(value)
        )
        self.action_info = (
            None if (value := get("action_info")) is None else RunActionInfo.from_dict(value)
        )
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
        self.tool_info = (
            None
            if (value := get("tool_info")) is None
            else [
                *map(
                    ToolInfo.from_dict, value if type(value) is list else listed("tool_info", value)
                )
            ]
        )
        return self
