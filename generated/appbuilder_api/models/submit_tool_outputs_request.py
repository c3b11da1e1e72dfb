# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..models.tool_output import ToolOutput
from ..types import Fields, Model, define, listed, new


@define
class SubmitToolOutputsRequest(Model):
    """The outputs of the tool calls a run waits for."""

    thread_id: str
    """The run's thread."""

    run_id: str
    """The run that waits."""

    tool_outputs: list[ToolOutput]
    """One output for each call the run waits for, at least one."""

    _fields: ClassVar[Fields] = (
        ("thread_id", "thread_id", ..., None),
        ("run_id", "run_id", ..., None),
        ("tool_outputs", "tool_outputs", ..., []),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SubmitToolOutputsRequest:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        self.thread_id = data["thread_id"]
        self.run_id = data["run_id"]
        self.tool_outputs = (
            []
            if (value := data["tool_outputs"]) is None
            else [
                *map(
                    ToolOutput.from_dict,
                    value if type(value) is list else listed("tool_outputs", value),
                )
            ]
        )
        return self
