"""Constructs that cannot be generated are named by their places, with advice."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from scripts.generator_limits import problems
from tests.generated.kinds import KINDS, OTHER, REF, SAME, TEXT
from tests.generated.spec import SPEC


@pytest.mark.parametrize(
    ("field", "complaint"),
    [
        (
            {"oneOf": [REF, OTHER]},
            "properties.内: oneOf of 2 objects (LastError, ToolOutput): what comes does not say",
        ),
        (
            {"type": "array", "items": {"anyOf": [REF, {"type": "null"}, {"type": "object"}]}},
            "properties.内.items: anyOf of 2 objects (LastError, one without a name): what",
        ),
        (
            {"anyOf": [{"anyOf": [{"type": "array", "items": REF}, TEXT]}, {"type": "array"}]},
            "properties.内: anyOf of 2 arrays. Write one array, with anyOf in its items",
        ),
        ({"type": ["array", "null"]}, "properties.内: an array without items. Write `items: {}`"),
        (
            {"enum": ["甲", 1, None]},
            "properties.内: an enum of numbers and texts. Write anyOf with an enum for each type",
        ),
        (
            {"allOf": [REF], "default": SAME},
            "properties.内: a default of an object made by allOf. Leave it out",
        ),
        (
            {"type": "object", "properties": {"x": {"$ref": "other.yaml#/X"}}},
            "properties.内.properties.x: $ref other.yaml#/X: there is no such schema in this file",
        ),
        (
            {"$ref": "#/components/schemas/没有"},
            "properties.内: $ref #/components/schemas/没有: there is no such schema in this file",
        ),
        (
            {"$ref": "#/components/schemas/QueryRunRequest"},
            "properties.内: $ref #/components/schemas/QueryRunRequest: the body of a request",
        ),
        (
            {"type": "object", "properties": {"class": TEXT, "class_": TEXT}},
            "properties.内: class and class_ are the same attribute, class_, in Python. Leave",
        ),
        (
            {"type": "object", "properties": {"max-items": TEXT, "max_items": TEXT}},
            "properties.内: max-items and max_items are the same attribute, max_items, in Python.",
        ),
        (
            {"type": "object", "properties": {"LastError": REF}},
            "properties.内: the field LastError has the name of a schema, which it would hide",
        ),
    ],
)
def test_constructs_that_cannot_be_generated(field: dict[str, Any], complaint: str) -> None:
    """The construct is named by its place, with advice."""
    schemas = {**SPEC["components"]["schemas"], "Odd": {"properties": {"内": field}}}

    found = problems({"components": {"schemas": schemas}})

    assert any(complaint in problem for problem in found), found


def test_unknown_extensions_and_operations_that_lack_something() -> None:
    """Are named by their places, with the extension that is meant."""
    spec = copy.deepcopy(SPEC)
    operation = spec["paths"]["/v2/threads/query"]["post"]
    operation["x-resourse"] = operation.pop("x-repeatable")
    operation["responses"].pop("200")

    found = "\n".join(problems(spec))

    place = "paths./v2/threads/query.post: "
    assert f"{place}the extension x-resourse is unknown. Did you mean x-resource?" in found
    assert f"{place}an operation without x-repeatable. Write it" in found
    assert f"{place}an operation without a response for 200. Write one" in found


def test_nothing_is_wrong_with_the_spec() -> None:
    """Nor with the kinds above."""
    fields = {name: field for name, (field, *_) in KINDS.items()}
    schemas = {**SPEC["components"]["schemas"], "Kinds": {"properties": fields}}

    assert problems({"components": {"schemas": schemas}}) == []
