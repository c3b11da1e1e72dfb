# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from attrs import define

from ..models.assistant_function import AssistantFunction
from ..types import Fields, Model


@define(eq=False, repr=False, getstate_setstate=False)
class AssistantTool(Model):
    """A tool that an assistant or a run may call."""

    type: Literal["function"]
    """The kind of tool."""

    function: AssistantFunction
    """A function of the caller's, described so that the model can call it."""

    _fields: ClassVar[Fields] = (
        ("type", "type", ..., None),
        ("function", "function", ..., None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> AssistantTool:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        return cls(
            data["type"],
            AssistantFunction.from_dict(data["function"]),
        )._read_from(data)
