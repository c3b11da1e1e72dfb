# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, new


@define
class ToolOutput(Model):
    """The output of one tool call."""

    tool_call_id: str
    """The id of the tool call."""

    output: str
    """The output, as text."""

    run_id: str | None = None
    """The run to continue; needed in `tool_output` of a second run call only."""

    _fields: ClassVar[Fields] = (
        ("tool_call_id", "tool_call_id", ..., None),
        ("output", "output", ..., None),
        ("run_id", "run_id", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ToolOutput:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.tool_call_id = data["tool_call_id"]
        self.output = data["output"]
        self.run_id = get("run_id")
        return self
