"""The description of a function for the model."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Optional, Union

import jsonschema_rs
import pytest
from appbuilder_assistants import tool
from appbuilder_assistants._tools.arguments import BadArguments
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.tools.examples import (
    PLACE,
    UNIT,
    Celsius,
    Chain,
    Hidden,
    Level,
    Options,
    Place,
    Trip,
    Unit,
    one,
    schema,
    sent,
)


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
