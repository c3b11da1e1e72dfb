# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from attrs import define

from ..types import Fields, Model, listed


@define(eq=False, repr=False, getstate_setstate=False)
class AssistantFunction(Model):
    """A function of the caller's, described so that the model can call it."""

    name: str
    """The function's name."""

    description: str | None = None
    """The function's purpose."""

    parameters: dict[str, Any] | None = None
    """A JSON Schema object that the arguments satisfy."""

    responses: dict[str, Any] | None = None
    """A JSON Schema object that the function's result satisfies."""

    examples: list[list[dict[str, Any]]] | None = None
    """Conversations in which the function is called, each a list of messages."""

    _fields: ClassVar[Fields] = (
        ("name", "name", ..., None),
        ("description", "description", None, None),
        ("parameters", "parameters", None, None),
        ("responses", "responses", None, None),
        ("examples", "examples", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> AssistantFunction:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        get = data.get
        return cls(
            data["name"],
            get("description"),
            get("parameters"),
            get("responses"),
            None
            if (value := get("examples")) is None
            else [listed("examples_type_0_item", item) for item in listed("examples", value)],
        )._read_from(data)
