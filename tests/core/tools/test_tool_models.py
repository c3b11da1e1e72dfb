"""Pydantic's models as arguments of tools, by the methods of the class."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pydantic
import pytest
from appbuilder_assistants import tool
from appbuilder_assistants._tools.arguments import BadArguments


class Day(pydantic.BaseModel):
    """一天"""

    date: dt.date


class Trip(pydantic.BaseModel):
    city: str = pydantic.Field(alias="城市", min_length=2)
    days: list[Day] = []
    first: Day | None = None


class Tree(pydantic.BaseModel):
    parts: list[Tree] = []


class Strict(pydantic.BaseModel, strict=True):
    date: dt.date


@pydantic.dataclasses.dataclass
class Place:
    city: str
    height: int = pydantic.Field(0, ge=0, description="海拔")


@tool
def plan(trip: Trip, more: list[Strict] | None = None) -> str:
    return f"{trip.city} {[day.date.year for day in trip.days]} {more}"


def test_a_model_describes_itself() -> None:
    """Its schema stands in the tool's, with nothing that refers to elsewhere."""
    described = plan.parameters["properties"]["trip"]

    assert described["required"] == ["城市"]
    assert described["properties"]["城市"]["minLength"] == 2
    assert described["properties"]["days"]["items"]["properties"]["date"]["format"] == "date"
    assert described["properties"]["days"]["items"]["description"] == "一天"
    assert "$ref" not in str(plan.parameters)
    assert "$defs" not in str(plan.parameters)


def test_a_model_reads_itself() -> None:
    """As JSON is read: text becomes a date also where the model is strict."""
    trip = '{"城市": "北京", "days": [{"date": "2024-06-01"}]}'
    given = f'{{"trip": {trip}, "more": [{{"date": "2024-06-02"}}]}}'
    more = [Strict(date=dt.date(2024, 6, 2))]

    assert plan.bind(given)() == f"北京 [2024] {more}"


def test_a_value_that_a_model_refuses_is_a_bad_argument() -> None:
    """Each problem with its path, in one message for the language model."""
    with pytest.raises(BadArguments) as caught:
        plan.bind('{"trip": {"城市": "京", "days": [{"date": "x"}]}}')

    first, second = caught.value.problems
    assert first.startswith("trip.城市: String should have at least 2 characters")
    assert second.startswith("trip.days[0].date: Input should be a valid date")


def test_a_model_that_holds_itself_is_refused() -> None:
    def grow(tree: Tree) -> str:
        return ""

    with pytest.raises(
        TypeError, match=r"parameter tree: Tree cannot be described .* holds itself"
    ):
        tool(grow)


def test_a_dataclass_of_pydantic() -> None:
    """Its fields' constraints and defaults are known, too."""

    @tool
    def visit(place: Place) -> str:
        return f"{place.city} {place.height}"

    described = visit.parameters["properties"]["place"]
    assert described["properties"]["height"] == {
        "type": "integer", "minimum": 0, "description": "海拔", "default": 0,
    }  # fmt: skip
    assert visit.bind('{"place": {"city": "北京"}}')() == "北京 0"
    with pytest.raises(BadArguments, match=r"place\.height: expected an integer"):
        visit.bind('{"place": {"city": "北京", "height": -1}}')


class Own:
    """A class of no library that has the same methods."""

    def __init__(self, value: Any) -> None:
        self.value = value

    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        return {"type": "string"}

    @classmethod
    def model_validate(cls, value: Any) -> Own:
        if value != "北京":
            raise ValueError("only 北京")
        return cls(value)


def test_any_class_with_these_methods() -> None:
    @tool
    def go(where: Own) -> str:
        return str(where.value)

    assert go.parameters["properties"]["where"] == {"type": "string"}
    assert go.bind('{"where": "北京"}')() == "北京"
    with pytest.raises(BadArguments, match="where: only 北京"):
        go.bind('{"where": "上海"}')


class Broken(Own):
    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        raise RuntimeError("no schema today")


def test_a_class_without_a_schema() -> None:
    def go(where: Broken) -> str:
        return ""

    with pytest.raises(TypeError, match="Broken has no JSON Schema: no schema today"):
        tool(go)
