# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..models.assistant_function import AssistantFunction
from ..types import Fields, Model, define, new


@define
class AssistantTool(Model):
    """A tool that an assistant or a run may call. Requests take functions only; responses may name
    unknown kinds.
    """

    type: str
    """The kind of tool: `function`."""

    function: AssistantFunction | None = None
    """The function, of a tool of that kind."""

    _fields: ClassVar[Fields] = (
        ("type", "type", ..., None),
        ("function", "function", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> AssistantTool:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.type = data["type"]
        self.function = (
            None if (value := get("function")) is None else AssistantFunction.from_dict(value)
        )
        return self
