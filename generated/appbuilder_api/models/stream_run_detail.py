# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from ..models.last_error import LastError
from ..models.run_message_creation import RunMessageCreation
from ..models.run_result import RunResult
from ..models.run_step import RunStep
from ..models.tool_call import ToolCall
from ..types import Fields, Model, define, listed, new


@define
class StreamRunDetail(Model):
    """The object of a `status` event."""

    type: Literal["message_creation", "run_object", "run_step_object", "tool_calls"] | str = ""
    """The name of the filled field below. The server may have more words than these."""

    run_object: RunResult | None = None
    """The run, on `run_begin`, `run_cancelling` and `run_end`."""

    run_step_object: RunStep | None = None
    """The step, on `tool_step_begin` and `tool_step_end`."""

    message_creation: RunMessageCreation | None = None
    """The message, on `message_creation`."""

    tool_calls: list[ToolCall] | None = None
    """The calls the run waits for, on `tool_calls`; those with submitted outputs, on
    `tool_submitted_output`.
    """

    error_info: LastError | None = None
    """The error."""

    _fields: ClassVar[Fields] = (
        ("type", "type", "", ""),
        ("run_object", "run_object", None, None),
        ("run_step_object", "run_step_object", None, None),
        ("message_creation", "message_creation", None, None),
        ("tool_calls", "tool_calls", None, None),
        ("error_info", "error_info", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> StreamRunDetail:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.type = "" if (value := get("type")) is None else value
        self.run_object = (
            None if (value := get("run_object")) is None else RunResult.from_dict(value)
        )
        self.run_step_object = (
            None if (value := get("run_step_object")) is None else RunStep.from_dict(value)
        )
        self.message_creation = (
            None
            if (value := get("message_creation")) is None
            else RunMessageCreation.from_dict(value)
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
        self.error_info = (
            None if (value := get("error_info")) is None else LastError.from_dict(value)
        )
        return self
