# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..models.submit_tool_output import SubmitToolOutput
from ..types import Fields, Model, define, new


@define
class RequiredAction(Model):
    """The action that a run waits for."""

    type: str
    """Only `submit_tool_outputs` is known."""

    submit_tool_outputs: SubmitToolOutput | None = None
    """The tool calls that need outputs."""

    _fields: ClassVar[Fields] = (
        ("type", "type", ..., None),
        ("submit_tool_outputs", "submit_tool_outputs", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> RequiredAction:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.type = data["type"]
        self.submit_tool_outputs = (
            None
            if (value := get("submit_tool_outputs")) is None
            else SubmitToolOutput.from_dict(value)
        )
        return self
