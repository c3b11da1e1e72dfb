"""Constraints and descriptions in `Annotated` are described and checked, or refused."""

from __future__ import annotations

from typing import Annotated, Any

import annotated_types as at
import pydantic
import pytest
from appbuilder_assistants import Tool, tool
from appbuilder_assistants._tools.arguments import BadArguments
from pydantic import Field
from typing_extensions import Doc


def one(annotation: Any) -> Tool[..., Any]:
    """A tool with one parameter, which it returns."""

    def given(x: Any) -> Any:
        return x

    given.__annotations__["x"] = annotation
    return tool(given)


@pytest.mark.parametrize(
    ("annotation", "described", "good", "bad", "expected"),
    [
        (Annotated[int, at.Gt(0)], {"exclusiveMinimum": 0}, "1", "0", "an integer (more than 0)"),
        (Annotated[int, at.Ge(1)], {"minimum": 1}, "1", "0", "an integer (at least 1)"),
        (Annotated[float, at.Lt(2)], {"exclusiveMaximum": 2}, "1", "2", "(less than 2)"),
        (Annotated[float, at.Le(2)], {"maximum": 2}, "2", "2.1", "a number (at most 2)"),
        (Annotated[int, at.MultipleOf(5)], {"multipleOf": 5}, "10", "12", "(a multiple of 5)"),
        (Annotated[float, at.MultipleOf(0.1)], {"multipleOf": 0.1}, "0.3", "0.35", "multiple"),
        (
            Annotated[int, at.Interval(ge=1, lt=8)],
            {"minimum": 1, "exclusiveMaximum": 8},
            "7",
            "8",
            "(at least 1, less than 8)",
        ),
        (Annotated[str, at.MinLen(2)], {"minLength": 2}, '"北京"', '"京"', "at least 2 c"),
        (Annotated[str, at.MaxLen(2)], {"maxLength": 2}, '"北京"', '"北京市"', "at most 2 c"),
        (
            Annotated[list[str], at.Len(1, 2)],
            {"minItems": 1, "maxItems": 2},
            '["北京"]',
            "[]",
            "a list (at least 1 items, at most 2 items)",
        ),
        (Annotated[dict[str, int], at.MinLen(1)], {"minProperties": 1}, '{"a": 1}', "{}", "1 ent"),
        (Annotated[int, Field(ge=1, title="数")], {"minimum": 1, "title": "数"}, "1", "0", "st 1"),
        (Annotated[str, Field(pattern="^京")], {"pattern": "^京"}, '"京A"', '"沪A"', "g ^京"),
        (
            Annotated[str, pydantic.StringConstraints(max_length=1)],
            {"maxLength": 1},
            '"京"',
            '"北京"',
            "at most 1",
        ),
    ],
    ids=str,
)
def test_a_constraint(
    annotation: Any, described: dict[str, Any], good: str, bad: str, expected: str
) -> None:
    """The schema has it, and a value that breaks it is a bad argument."""
    made = one(annotation)

    assert made.parameters["properties"]["x"].items() >= described.items()
    made.bind(f'{{"x": {good}}}')()
    with pytest.raises(BadArguments) as caught:
        made.bind(f'{{"x": {bad}}}')
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    "said", [Doc("几天"), Field(description="几天"), "几天", at.doc("几天")], ids=repr
)
def test_a_description(said: Any) -> None:
    assert one(Annotated[int, said]).parameters["properties"]["x"]["description"] == "几天"


def test_a_title_beside_a_description_in_the_docstring() -> None:
    """Metadata that describes nothing does not replace the docstring's words."""

    @tool
    def forecast(days: Annotated[int, Field(title="天数")]) -> str:
        """天气预报

        Args:
            days: 几天
        """
        return f"{days}"

    described = forecast.parameters["properties"]["days"]
    assert (described["title"], described["description"]) == ("天数", "几天")


def test_constraints_within() -> None:
    """On items, in a set, on one of several types, and on a type that is described already."""
    within = one(list[Annotated[int, at.Ge(1)]])
    in_a_set = one(set[Annotated[str, at.MinLen(1)]])
    of_two = one(Annotated[Annotated[int, "几天"] | None, at.Ge(1)])

    assert within.parameters["properties"]["x"]["items"] == {"type": "integer", "minimum": 1}
    assert in_a_set.bind('{"x": ["京"]}')() == {"京"}
    assert of_two.bind('{"x": null}')() is None
    for made, bad in ((within, "[1, 0]"), (in_a_set, '[""]'), (of_two, "0")):
        with pytest.raises(BadArguments, match="at least 1"):
            made.bind(f'{{"x": {bad}}}')


def test_a_pydantic_field_as_a_default() -> None:
    """The function gets the value, never the Field; one without a value is required."""

    @tool
    def days(
        city: str = Field(description="城市"),
        n: int = Field(3, ge=1, description="几天"),
        notes: list[str] = Field(default_factory=list),  # noqa: B008
    ) -> str:
        return f"{city} {n} {notes}"

    assert days.parameters["required"] == ["city"]
    assert days.parameters["properties"]["n"] == {
        "type": "integer", "minimum": 1, "description": "几天", "default": 3,
    }  # fmt: skip
    assert days.bind('{"city": "北京"}')() == "北京 3 []"
    with pytest.raises(BadArguments, match="n: expected an integer"):
        days.bind('{"city": "北京", "n": 0}')


@pytest.mark.parametrize(
    ("annotation", "why"),
    [
        (Annotated[str, at.Predicate(str.islower)], "Predicate in Annotated cannot be described"),
        (Annotated[int, at.Unit("m")], "Unit in Annotated cannot"),
        (Annotated[int, pydantic.AfterValidator(abs)], "AfterValidator in Annotated cannot"),
        (Annotated[int, Field(alias="y")], "alias"),
        (Annotated[int, Field(max_digits=3)], "max_digits"),
        (Annotated[int, Field(5)], "write it behind the parameter"),
        (Annotated[int, at.MinLen(1)], "min_length=1 does not fit an integer"),
        (Annotated[str, at.Gt(1)], "gt=1 does not fit a string"),
        (Annotated[int, at.Gt("a")], "gt='a' cannot be described"),
        (Annotated[int, at.MultipleOf(0)], "multiple_of=0 cannot"),
    ],
    ids=str,
)
def test_an_unsupported_constraint_is_refused(annotation: Any, why: str) -> None:
    with pytest.raises(TypeError) as caught:
        one(annotation)

    assert "tool given, parameter x: " in str(caught.value)
    assert why in str(caught.value)


def test_metadata_of_other_origin_has_no_effect() -> None:
    """As PEP 593 says: it is for others to read."""
    made = one(Annotated[int, 5, object(), "几天"])

    assert made.parameters["properties"]["x"] == {"type": "integer", "description": "几天"}
