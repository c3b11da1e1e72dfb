"""Types of arguments, and tools with one parameter of a type."""

from __future__ import annotations

import enum
import json
from dataclasses import InitVar, dataclass, field
from typing import Annotated, Any, NewType, TypedDict

import attrs
import pytest
from appbuilder_assistants import Tool, tool
from appbuilder_assistants._tools.arguments import BadArguments
from typing_extensions import NotRequired

Celsius = NewType("Celsius", float)


class Unit(enum.Enum):
    """摄氏度 or 华氏度."""

    C = "°C"
    F = "°F"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


@dataclass
class Place:
    """一个地方

    Attributes:
        city: 城市
    """

    city: str
    height: float = 0.0
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.city:
            raise ValueError("the city has no name")


@attrs.define
class Trip:
    start: Place
    _days: Annotated[int, "几天"] = attrs.field(default=1, validator=attrs.validators.ge(1))


class Options(TypedDict):
    unit: Unit
    note: NotRequired[str]


@dataclass
class Chain:
    next: Chain | None = None


@dataclass
class Hidden:
    seed: InitVar[int]


def one(annotation: Any, **default: Any) -> Tool[..., Any]:
    """A tool with one parameter, `x`, that gives back what it gets."""
    x = default.get("default", ...)

    def given(x: Any) -> Any:
        return x

    def defaulted(x: Any = x) -> Any:
        return x

    function = given if x is ... else defaulted
    function.__annotations__ = {"x": annotation}
    return tool(function)


def schema(annotation: Any, **default: Any) -> Any:
    return one(annotation, **default).parameters["properties"]["x"]


def sent(annotation: Any, value: Any, **default: Any) -> Any:
    return one(annotation, **default).bind(json.dumps({"x": value}))()


def problems(annotation: Any, value: Any) -> tuple[str, ...]:
    with pytest.raises(BadArguments) as caught:
        sent(annotation, value)
    return caught.value.problems


PLACE = {
    "type": "object",
    "description": "一个地方",
    "properties": {
        "city": {"type": "string", "description": "城市"},
        "height": {"type": "number", "default": 0.0},
        "names": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["city"],
    "additionalProperties": False,
}
UNIT = {"type": "string", "enum": ["°C", "°F"]}
