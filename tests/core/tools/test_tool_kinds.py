"""Objects that can be tools: methods can, generators and functions without annotations cannot."""

from __future__ import annotations

import enum
import functools
import pickle
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from appbuilder_assistants import Tool, tool
from appbuilder_assistants._tools.arguments import BadArguments
from appbuilder_assistants._tools.toolbox import toolbox


class Station:
    """Tools in a class, decorated in every way that there is."""

    place = "北京"

    def __init__(self, name: str) -> None:
        self.name = name

    @tool
    def read(self, day: int) -> str:
        """读数"""
        return f"{self.name} {day}"

    @tool
    @classmethod
    def where(cls, day: int) -> str:
        """地点"""
        return f"{cls.place} {day}"

    @staticmethod
    @tool
    def below(day: int) -> str:
        """其下"""
        return f"below {day}"

    @tool
    @staticmethod
    def above(day: int) -> str:
        """其上"""
        return f"above {day}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Station) and other.name == self.name

    __hash__ = None  # type: ignore[assignment]


@tool
def get_weather(city: str) -> str:
    """查询天气"""
    return f"{city}：晴"


def plain(city: str) -> str:
    return city


@pytest.mark.parametrize(
    ("made", "result"),
    [
        (Station("站").read, "站 2"),
        (Station.where, "北京 2"),
        (Station("站").where, "北京 2"),
        (Station.below, "below 2"),
        (Station.above, "above 2"),
        (Station("站").above, "above 2"),
    ],
    ids=["method", "class", "class by object", "static below", "static above", "static by object"],
)
def test_a_method_is_a_tool(made: Tool[..., Any], result: str) -> None:
    """Its object or class is not for the model to name."""
    assert list(made.parameters["properties"]) == ["day"]
    assert made.bind('{"day": 2}')() == made(2) == result
    assert toolbox([made]).described == [made.to_dict()]
    assert pickle.loads(pickle.dumps(made)).bind('{"day": 2}')() == result


def test_a_method_without_an_object() -> None:
    """It describes itself, and is refused where it would be called."""
    assert list(Station.read.parameters["properties"]) == ["day"]
    with pytest.raises(TypeError, match="tool read: it is a method, so it needs an object"):
        toolbox([Station.read])
    with pytest.raises(TypeError, match="it needs an object"):
        Station.read.bind('{"day": 2}')


def test_a_tool_of_a_function_in_a_class_is_itself() -> None:
    class Holder:
        weather = get_weather

    assert Holder().weather is get_weather  # type: ignore[comparison-overlap]


def numbers(city: str) -> Iterator[str]:
    yield city


async def later(city: str) -> AsyncIterator[str]:
    yield city


class Many:
    def __call__(self, city: str) -> Iterator[str]:
        yield city


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (numbers, "tool numbers: it is a generator function"),
        (later, "tool later: it is a generator function"),
        (functools.partial(numbers, city="北京"), "generator function"),
        (functools.partial(later), "generator function"),
        (len, "tool len, parameter obj: it has no annotation"),
        (max, "tool max: "),
        (print, "tool print"),  # has no signature on Python 3.10
    ],
    ids=["generator", "async", "partial", "async partial", "len", "max", "print"],
)
def test_objects_that_cannot_be_tools(function: Callable[..., Any], why: str) -> None:
    """It is a TypeError when it is made, which says why."""
    with pytest.raises(TypeError) as caught:
        tool(function)

    assert why in str(caught.value)


def test_an_object_with_a_generator_as_its_call() -> None:
    with pytest.raises(TypeError, match="tool many: it is a generator function"):
        tool(Many(), name="many")


class Nothing(enum.Enum):
    pass


class TypeAliasType:
    """As `type Endless = list[Endless]` is from Python 3.12 on."""

    @property
    def __value__(self) -> Any:
        return list[self]  # type: ignore[valid-type]


@pytest.mark.parametrize(
    ("annotation", "why"),
    [(Nothing, "it has no members"), (TypeAliasType(), "a type that holds itself")],
)
def test_types_without_a_schema(annotation: Any, why: str) -> None:
    def given(x: Any) -> None: ...

    given.__annotations__["x"] = annotation
    with pytest.raises(TypeError, match=why):
        tool(given)


@tool
def between(a: int = 1, b: str = "q", /, c: int = 3) -> str:
    return f"{a} {b} {c}"


@pytest.mark.parametrize(
    ("given", "result"),
    [
        ("{}", "1 q 3"),
        ('{"b": "中"}', "1 中 3"),
        ('{"a": 2}', "2 q 3"),
        ('{"c": 4}', "1 q 4"),
        ('{"b": "中", "c": 4, "a": 2}', "2 中 4"),
    ],
)
def test_parameters_by_position(given: str, result: str) -> None:
    """Each gets the value of its own name, whichever are not given."""
    assert between.bind(given)() == result


def test_a_function_of_many() -> None:
    """functools.singledispatch takes its first value by position."""

    @functools.singledispatch
    def days(n: int, city: str = "北京") -> str:
        return f"{city} {n}"

    assert tool(days).bind('{"n": 2}')() == "北京 2"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_tool_can_be_pickled(protocol: int) -> None:
    """A decorated function is found by its name; a tool of a plain one is made again."""
    made = Tool(plain, name="other", description="别的")
    again = pickle.loads(pickle.dumps(made, protocol))

    assert pickle.loads(pickle.dumps(get_weather, protocol)) is get_weather
    assert (again.name, again.description) == ("other", "别的")
    assert again.bind('{"city": "北京"}')() == "北京"


def test_halves_of_characters_in_arguments() -> None:
    """In a text, a key or deeper, they are bad arguments, and the message can be sent."""

    @tool
    def anything(x: Any = None, names: dict[str, int] | None = None) -> str:
        return "ok"

    assert anything.bind('{"x": {"\\ud83c\\udf27": "🌧"}}')() == "ok"
    for given in (
        '{"\\ud800": 1}',
        '{"x": "\\ud800"}',
        '{"x": [[{"a": "\\udfff"}]]}',
        '{"names": {"\\ud800": 1}}',
        '{"x": "\ud800"}',
    ):
        with pytest.raises(BadArguments, match="expected no halves of characters, got ") as caught:
            anything.bind(given)
        str(caught.value).encode()
