# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from attrs import define

from ..models.assistant_function import AssistantFunction
from ..types import Fields, Model


@define(eq=False, repr=False, getstate_setstate=False)
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
        get = data.get
        return cls(
            data["type"],
            None if (value := get("function")) is None else AssistantFunction.from_dict(value),
        )._read_from(data)
