"""Arguments made up for a tool call."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from appbuilder_mock.runs.sample_arguments import sample_arguments

TREE: dict[str, Any] = {
    "type": "object",
    "properties": {"名": {"type": "string"}, "kids": {"type": "array", "items": {"$ref": "#"}}},
    "required": ["名"],
}


def of(schema: object, **more: object) -> dict[str, Any]:
    """A schema of an object with one property that must be there."""
    return {"type": "object", "properties": {"x": schema}, "required": ["x"], **more}


SATISFIABLE = [
    {},
    {"type": "object"},
    {"type": "object", "properties": None, "required": None},
    of({"type": "string", "enum": ["北京", "上海"]}),
    of({"const": None}),
    of({"type": "string", "default": "默认"}),
    of({"type": "string", "default": 5, "examples": ["例"]}),
    of({"type": "string", "minLength": 10, "maxLength": 12}),
    of({"type": "string", "maxLength": 0}),
    of({"type": "string", "format": "date-time"}),
    of({"type": "string", "pattern": r"^\d{4}-\d{2}$"}),
    of({"type": "string", "pattern": r"^[A-Z]{3,5}(-|_)[^0-9]+(foo|bar)?$"}),
    of({"type": "string", "pattern": "^[\u4e00-\u9fa5]+$", "minLength": 3}),
    of({"type": "integer", "minimum": 5, "maximum": 7, "multipleOf": 3}),
    of({"type": "integer", "exclusiveMinimum": 10}),
    of({"type": "integer", "maximum": -5}),
    of({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5}),
    of({"type": "number", "multipleOf": 0.25, "minimum": 3.1}),
    of({"type": ["null", "boolean"]}),
    of({"anyOf": [{"type": "null"}, {"type": "integer", "minimum": 3}]}),
    of({"oneOf": [{"type": "string"}, {"type": "integer"}]}),
    of({"allOf": [{"properties": {"y": {"const": 5}}}, {"type": "object", "required": ["y"]}]}),
    of({"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 3, "uniqueItems": True}),
    of({"type": "array", "items": {"type": "integer"}, "minItems": 4, "uniqueItems": True}),
    of({"type": "array", "prefixItems": [{"type": "integer"}, {}], "items": False, "minItems": 2}),
    of({"type": "array", "items": {"type": "string"}, "maxItems": 0}),
    of({"type": "array", "contains": {"const": 7}}),
    of({"$ref": "#/$defs/a%25b"}, **{"$defs": {"a%b": {"type": "string", "enum": ["广州"]}}}),
    {"properties": {"a": {"type": "integer"}, "never": False}, "required": ["a"]},
    {"type": "object", "minProperties": 3},
    {"type": "object", "additionalProperties": False},
    {"type": "object", "required": ["free"], "additionalProperties": {"type": "integer"}},
    {"type": "object", "propertyNames": {"pattern": "^x"}, "properties": {"y": {}}},
    {"properties": {"a": {"type": "object", "properties": {"b": {"type": "null"}}}}},
    TREE,
]


@pytest.mark.parametrize("schema", SATISFIABLE, ids=str)
def test_the_arguments_satisfy_the_schema(schema: dict[str, Any]) -> None:
    """And are the same each time."""
    arguments = sample_arguments(schema)
    whole = {key: value for key, value in schema.items() if value is not None}

    jsonschema_rs.validator_for(whole).validate(arguments)
    assert arguments == sample_arguments(schema)


def test_optional_properties_are_filled() -> None:
    """A model names what it can."""
    schema = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}}

    assert sample_arguments(schema) == {"a": "sample", "b": 1}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array"},
        {"type": "nonsense"},
        of({"pattern": "(["}),
        of({"pattern": "[", "type": "string"}),
        of({"type": "integer", "minimum": 5, "maximum": 4}),
        of({"$ref": "#"}),
        of({"$ref": "http://example.invalid/schema"}),
        of({"type": "string", "minLength": 10**9}),
        of({"type": "array", "minItems": 10**9}),
        of(False),
        {"type": "object", "minProperties": 10**9},
        {"type": "object", "properties": [], "required": 5},
    ],
    ids=str,
)
def test_a_schema_that_nothing_easy_satisfies(schema: dict[str, Any]) -> None:
    """There is an object all the same, and not a huge one."""
    arguments = sample_arguments(schema)

    assert isinstance(arguments, dict)
    assert len(json.dumps(arguments)) < 50_000


def test_a_schema_that_grows_without_end() -> None:
    """Ten references in each of ten, and so on: bounded."""
    again = {str(number): {"$ref": "#/$defs/again"} for number in range(10)}
    schema = of({"$ref": "#/$defs/again"}, **{"$defs": {"again": {"properties": again}}})
    arguments = sample_arguments(schema)

    assert isinstance(arguments, dict)
    assert len(json.dumps(arguments)) < 100_000
