# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..types import Fields, Model, define, listed, new


@define
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
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.name = data["name"]
        self.description = get("description")
        self.parameters = get("parameters")
        self.responses = get("responses")
        self.examples = (
            None
            if (value := get("examples")) is None
            else [
                (item if type(item) is list else listed("examples_type_0_item", item))
                for item in (value if type(value) is list else listed("examples", value))
            ]
        )
        return self
