"""The description of a function for the model, and the arguments the function then gets."""

from __future__ import annotations

import datetime as dt
import enum
import functools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from typing import Annotated, Any, Literal, NewType, Optional, TypedDict, Union

import attrs
import jsonschema_rs
import pytest
from appbuilder_assistants import Tool, tool
from appbuilder_assistants._tools.arguments import BadArguments
from hypothesis import given, settings
from hypothesis import strategies as st
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


@pytest.mark.parametrize(
    ("annotation", "described", "value", "meant"),
    [
        (str, {"type": "string"}, "北京", "北京"),
        (int, {"type": "integer"}, 86.0, 86),
        (float, {"type": "number"}, 3, 3.0),
        (bool, {"type": "boolean"}, True, True),
        (None, {"type": "null"}, None, None),
        (Any, {}, {"a": [1]}, {"a": [1]}),
        (Celsius, {"type": "number"}, 1.5, 1.5),
        (Literal["晴", "雨"], {"type": "string", "enum": ["晴", "雨"]}, "雨", "雨"),
        (Literal[1, "a", None], {"enum": [1, "a", None]}, None, None),
        (Unit, UNIT, "°F", Unit.F),
        (Level, {"type": "integer", "enum": [1, 2]}, 2, Level.HIGH),
        (Literal[Unit.C], {"type": "string", "enum": ["°C"]}, "°C", Unit.C),
        (Optional[Unit], {"anyOf": [UNIT, {"type": "null"}]}, None, None),  # noqa: UP045
        (Union[float, int], {"anyOf": [{"type": "number"}, {"type": "integer"}]}, 2, 2),  # noqa: UP007
        ("int | str", {"anyOf": [{"type": "integer"}, {"type": "string"}]}, "2", "2"),
        (list[int], {"type": "array", "items": {"type": "integer"}}, [1, 2.0], [1, 2]),
        (list, {"type": "array", "items": {}}, [1, "a"], [1, "a"]),
        (Sequence[str], {"type": "array", "items": {"type": "string"}}, ["a"], ["a"]),
        (Iterable[str], {"type": "array", "items": {"type": "string"}}, ["a"], ["a"]),
        (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}, [1, 2], (1, 2)),
        (
            tuple[int, str],
            {
                "type": "array",
                "prefixItems": [{"type": "integer"}, {"type": "string"}],
                "minItems": 2,
                "maxItems": 2,
            },
            [1, "a"],
            (1, "a"),
        ),
        (
            set[Unit],
            {"type": "array", "items": UNIT, "uniqueItems": True},
            ["°C"],
            {Unit.C},
        ),
        (
            dict[str, list[int]],
            {
                "type": "object",
                "additionalProperties": {"type": "array", "items": {"type": "integer"}},
            },
            {"北京": [1]},
            {"北京": [1]},
        ),
        (Mapping[str, Any], {"type": "object", "additionalProperties": True}, {"a": 1}, {"a": 1}),
        (dict, {"type": "object", "additionalProperties": True}, {"a": 1}, {"a": 1}),
        (Place, PLACE, {"city": "北京", "height": 44}, Place("北京", 44.0)),
        ("Place", PLACE, {"city": "北京", "names": ["京"]}, Place("北京", names=["京"])),
        (
            Trip,
            {
                "type": "object",
                "properties": {
                    "start": PLACE,
                    "days": {"type": "integer", "description": "几天", "default": 1},
                },
                "required": ["start"],
                "additionalProperties": False,
            },
            {"start": {"city": "北京"}, "days": 2},
            Trip(Place("北京"), 2),
        ),
        (
            Options,
            {
                "type": "object",
                "properties": {"unit": UNIT, "note": {"type": "string"}},
                "required": ["unit"],
                "additionalProperties": False,
            },
            {"unit": "°C"},
            {"unit": Unit.C},
        ),
        (
            list[Annotated[str, "城市名"]],
            {"type": "array", "items": {"type": "string", "description": "城市名"}},
            ["北京"],
            ["北京"],
        ),
    ],
    ids=str,
)
def test_an_annotation(annotation: Any, described: Any, value: Any, meant: Any) -> None:
    """Each type has a JSON Schema, and its values become those of the annotation."""
    got = sent(annotation, value)

    assert schema(annotation) == {key: described[key] for key in described}
    assert (got, type(got)) == (meant, type(meant))


@pytest.mark.parametrize(
    ("annotation", "value", "described"),
    [
        (str, 3, "x: expected a string, got 3"),
        (str, None, "x: expected a string, got null"),
        (str, "\ud800", "the arguments: expected no halves of characters, got"),
        (int, True, "x: expected an integer, got true"),
        (int, 1.5, "x: expected an integer, got 1.5"),
        (int, "3", 'x: expected an integer, got "3"'),
        (float, "3", 'x: expected a number, got "3"'),
        (bool, 1, "x: expected true or false, got 1"),
        (Literal[1], True, "x: expected one of 1, got true"),
        (Unit, "K", 'x: expected one of "°C", "°F", got "K"'),
        (Optional[str], 3, "x: expected a string or null, got 3"),  # noqa: UP045
        (list[int], [1, "二"], 'x[1]: expected an integer, got "二"'),
        (list[int], {"a": 1}, 'x: expected a list, got {"a": 1}'),
        (set[int], [1, 1], "x: expected a list without repetitions, got [1, 1]"),
        (tuple[int, int], [1], "x: expected a list of 2 items, got [1]"),
        (dict[str, int], {"北京": "a"}, 'x.北京: expected an integer, got "a"'),
        (dict[str, int], {"a b": "a"}, 'x."a b": expected an integer, got "a"'),
        (Place, {"city": 3}, "x.city: expected a string, got 3"),
        (Place, {"city": ""}, "x: the city has no name"),
        (Optional[Place], {"city": 3}, "x.city: expected a string, got 3"),  # noqa: UP045
        (Trip, {"start": {"city": "a"}, "days": 0}, "x: '_days' must be >= 1: 0"),
        (Trip, {"days": 1}, "x.start: missing, expected an object"),
        (Options, {"unit": "°C", "多": 1}, "x.多: unknown, expected unit or note"),
        (str, list(range(99)), "x: expected a string, got [0, 1, 2, 3, 4"),
    ],
)
def test_a_value_that_does_not_fit(annotation: Any, value: Any, described: str) -> None:
    """The problem names the path, what was expected and what came, and is short."""
    (problem,) = problems(annotation, value)

    assert problem.startswith(described)
    assert len(problem) < 150


def test_every_problem_is_listed() -> None:
    """A model that got several things wrong need not learn of them one by one."""
    assert problems(list[Place], [{"city": 1, "height": "a"}, {}]) == (
        "x[0].city: expected a string, got 1",
        'x[0].height: expected a number, got "a"',
        "x[1].city: missing, expected a string",
    )


@pytest.mark.parametrize(
    ("text", "described"),
    [
        ("{", "the arguments are not JSON"),
        ('{"x": NaN}', "NaN is no number there"),
        ('{"x": -Infinity}', "-Infinity is no number there"),
        ('{"x": 1e999}', "1e999 is too large a number"),
        ("[" * 100_000, "the arguments are not JSON"),
        ("__import__('os').abort()", "the arguments are not JSON"),
        ("[1]", "the arguments: expected an object, got [1]"),
        ("null", "the arguments: expected an object, got null"),
        ("", "x: missing, expected a number"),
        ("{}", "x: missing, expected a number"),
        ('{"x": 1, "y": 2}', "y: unknown, expected x"),
    ],
)
def test_arguments_that_are_no_object_of_json(text: str, described: str) -> None:
    """The text of a model is read as JSON and nothing else."""
    with pytest.raises(BadArguments) as caught:
        one(float).bind(text)

    assert described in str(caught.value)


def test_a_model_may_say_nothing() -> None:
    """An empty text stands for no arguments; what is left out has Python's own default."""
    sentinel = object()

    assert one(Any, default=sentinel).bind("")() is sentinel


@pytest.mark.parametrize(
    ("annotation", "default", "described"),
    [
        (Unit, Unit.C, {**UNIT, "default": "°C"}),
        (Place, Place("北京"), {**PLACE, "default": {"city": "北京", "height": 0.0, "names": []}}),
        (int, 3, {"type": "integer", "default": 3}),
        (Any, object(), {}),
        (str, None, {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}),
    ],
    ids=["enum", "dataclass", "int", "no form in JSON", "None"],
)
def test_a_default(annotation: Any, default: Any, described: Any) -> None:
    """It is in the schema if JSON can express it, and a parameter with one is not required."""
    made = one(annotation, default=default)

    assert made.parameters["properties"]["x"] == described
    assert made.parameters["required"] == []


@pytest.mark.parametrize(
    ("annotation", "described"),
    [
        (dt.date, "tool given, parameter x: date cannot be described to a model"),
        (bytes, "bytes cannot be described"),
        (list[bytes], "parameter x, its items: bytes cannot be described"),
        (dict[int, str], "the keys of an object in JSON are str"),
        (set[Place], "a set holds str, int"),
        (Callable[[], int], "cannot be described"),
        (3, "3 cannot be described"),
        ([int], "cannot be described"),
        (Chain, "field next of Chain: Chain cannot be described to a model (Chain holds itself"),
        (Hidden, "InitVar"),
        (Literal[b"a"], "a choice is a str, int, float, bool or None in JSON"),
        ("Nowhere", "name 'Nowhere' is not defined"),
        ("a city", "an annotation cannot be read"),
    ],
    ids=str,
)
def test_unsupported_annotations(annotation: Any, described: str) -> None:
    """It is refused when the tool is made, together with the list of supported types."""
    with pytest.raises(TypeError) as caught:
        one(annotation)

    assert described in str(caught.value)
    assert "Supported: str, int" in str(caught.value) or "cannot be read" in str(caught.value)


def test_parameters_that_cannot_be_described() -> None:
    """Each needs a name and an annotation."""

    def bare(x) -> None: ...  # type: ignore[no-untyped-def]

    def many(*cities: str) -> None: ...

    def named(**cities: str) -> None: ...

    with pytest.raises(TypeError, match=r"tool bare, parameter x: it has no annotation"):
        tool(bare)
    with pytest.raises(
        TypeError, match=r"parameter cities: \*args and \*\*kwargs cannot be described to a model"
    ):
        tool(many)
    with pytest.raises(
        TypeError, match=r"parameter cities: \*args and \*\*kwargs cannot be described to a model"
    ):
        tool(named)
    with pytest.raises(TypeError, match=r"use tool\(name="):
        tool(lambda: None)
    with pytest.raises(TypeError, match="made of a function, got int"):
        tool(3)  # type: ignore[call-overload]


def test_a_class_defined_beside_the_tool() -> None:
    """String annotations may name what is local to the function in which the tool is made."""

    @dataclass
    class Local:
        unit: Unit
        inner: Inner | None = None

    @dataclass
    class Inner:
        n: int

    @tool
    def look(place: Local, kind: Literal["a"] = "a", /, *, unit: Unit = Unit.C) -> str:
        return f"{place} {kind} {unit}"

    call = look.bind('{"place": {"unit": "°F", "inner": {"n": 1}}, "unit": "°F"}')

    assert call() == str(look(Local(Unit.F, Inner(1)), unit=Unit.F))
    assert look.parameters["required"] == ["place"]


def test_the_names_of_its_own_module_come_first() -> None:
    """A name that happens to be local where the tool is made does not change what is meant."""
    Place: Any = int  # noqa: F841

    @tool
    def look(x: Place) -> None: ...

    assert look.parameters["properties"]["x"] == PLACE


class Station:
    """Not a tool itself."""

    def read(self, city: str) -> str:
        """读数"""
        return f"{city}: 1"

    def __call__(self, city: str) -> str:
        return city


def test_other_things_that_can_be_called() -> None:
    """Methods, partial applications and callable objects."""
    method = tool(Station().read)
    part = tool(functools.partial(Station.read, Station()), description="另一个")
    thing = tool(Station(), name="station")

    assert (method.name, method.description) == ("read", "读数")
    assert (part.name, part.description) == ("read", "另一个")
    assert thing.name == "station"
    for made in (method, part, thing):
        assert list(made.parameters["properties"]) == ["city"]
        assert made.bind('{"city": "北京"}')().startswith("北京")


def test_a_tool_is_still_its_function() -> None:
    """It is called, named and documented as before, and can be made another tool."""

    @tool(name="weather", description="天气")
    def get_weather(city: str) -> str:
        """查询天气"""
        return f"{city}：晴"

    other = tool(get_weather, name="other")

    assert get_weather("北京") == other(city="北京") == "北京：晴"
    assert get_weather.__name__ == "get_weather"  # type: ignore[attr-defined]
    assert get_weather.__doc__ == "查询天气"
    assert repr(get_weather) == "Tool('weather')"
    assert get_weather.to_dict() == {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "天气",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
                "additionalProperties": False,
            },
        },
    }
    assert (other.name, other.description) == ("other", "查询天气")


def test_which_tools_are_async() -> None:
    """A coroutine function is one however it is wrapped."""

    async def ask(city: str) -> str:
        return city

    class Asker:
        async def __call__(self, city: str) -> str:
            return city

    assert tool(ask).is_async
    assert tool(functools.partial(ask)).is_async
    assert tool(Asker(), name="asker").is_async
    assert not tool(Station().read).is_async


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from([0.5, 2.0, "°C", "晴", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["x", "city", "start", "days", "unit", "note", "names"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
likely = st.fixed_dictionaries(
    {"city": st.just("a") | json_values},
    optional={"height": json_values, "names": st.lists(st.just("b") | json_values, max_size=2)},
)
ANNOTATIONS = [
    int,
    float,
    Literal[1, "晴"],
    Unit,
    Optional[Level],  # noqa: UP045
    Union[str, list[int], None],  # noqa: UP007
    set[int],
    tuple[int, Unit],
    dict[str, int],
    Options,
    list[Place],
    Place,
]


@pytest.mark.parametrize("annotation", ANNOTATIONS, ids=str)
@settings(max_examples=60, derandomize=True, database=None, deadline=None)
@given(value=json_values | likely | st.lists(likely, max_size=2))
def test_the_check_and_the_schema_agree(annotation: Any, value: Any) -> None:
    """The result of a validator for the schema is accepted, and nothing else.

    But for what a class's own `__init__` refuses.
    """
    made = one(annotation)
    valid = jsonschema_rs.validator_for(made.parameters).is_valid({"x": value})
    try:
        made.bind(json.dumps({"x": value}))
        taken = True
    except BadArguments as bad:
        taken = "no name" in str(bad)

    assert taken == valid
