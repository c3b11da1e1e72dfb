"""Models against the spec: reading, writing back, and the types of the annotations."""

from __future__ import annotations

import copy
import json
import pickle
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.generated.examples import EXAMPLE_OF, EXAMPLES, READ
from tests.generated.spec import (
    MODELS,
    REFINEMENTS,
    SCHEMAS,
    UNKNOWN_FIELD,
    model,
    objects,
    resolved,
    types,
)

FIELDS = [(name, field) for name in MODELS for field in SCHEMAS[name]["properties"]]
OPTIONAL = [(n, f) for n, f in FIELDS if f not in SCHEMAS[n].get("required", [])]
REQUIRED = [(n, f) for n, f in FIELDS if f in SCHEMAS[n].get("required", [])]


def as_text(value: Any) -> str:
    """JSON text: unlike ==, it distinguishes 1 from True and sees the order of the fields."""
    return json.dumps(value, ensure_ascii=False)


def fits(value: Any, hint: Any) -> bool:
    """Whether a value is what an annotation says."""
    origin, args = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin in (Union, UnionType):
        return any(fits(value, arg) for arg in args)
    if origin is Literal:
        return value in args
    if origin is list:
        return type(value) is list and all(fits(item, args[0]) for item in value)
    if origin is dict:
        return type(value) is dict and all(fits(item, args[1]) for item in value.values())
    if hint is float:
        return type(value) in (int, float)
    return type(value) is (NoneType if hint is None else hint)


def test_every_model_has_an_example() -> None:
    """So tests/border/test_examples.py and the tests below speak for all models."""
    assert sorted({name for name, _ in EXAMPLES}) == READ


@pytest.mark.parametrize("name", MODELS)
@given(data=st.data())
@settings(max_examples=30, deadline=None, derandomize=True, database=None)
def test_any_valid_object(name: str, data: st.DataObject) -> None:
    """Every valid object is read as annotated, and complete in JSON and in a copy."""
    value = data.draw(objects(SCHEMAS[name]))
    before = as_text(value)

    read = model(name).from_dict(value)
    copies = copy.copy(read), copy.deepcopy(read), pickle.loads(pickle.dumps(read))

    assert as_text(read.to_dict()) == before
    assert read.additional_properties == {k: v for k, v in value.items() if k == UNKNOWN_FIELD}
    for field, hint in get_type_hints(model(name)).items():
        assert field.startswith("_") or fits(getattr(read, field), hint), field
    for each in copies:
        assert each == read
        assert as_text(each.to_dict()) == before
        assert repr(each) == repr(read)


@pytest.mark.parametrize(("name", "field"), OPTIONAL)
def test_absent_field(name: str, field: str) -> None:
    """An absent field reads as the spec's default or None, and stays absent."""
    value = {key: item for key, item in EXAMPLE_OF[name].items() if key != field}

    read = model(name).from_dict(value)

    assert getattr(read, field) == resolved(SCHEMAS[name]["properties"][field]).get("default")
    assert read.to_dict() == value


@pytest.mark.parametrize(("name", "field"), OPTIONAL)
def test_null_field(name: str, field: str) -> None:
    """Null reads as None where the spec allows null, else as if absent; it stays null."""
    schema = resolved(SCHEMAS[name]["properties"][field])
    value = {**EXAMPLE_OF[name], field: None}

    read = model(name).from_dict(value)

    expected = None if "null" in types(schema) else schema.get("default")
    assert getattr(read, field) == expected
    assert read.to_dict() == value


@pytest.mark.parametrize(("name", "field"), REQUIRED)
def test_missing_required_field(name: str, field: str) -> None:
    """A missing required field is named as on the wire."""
    value = {key: item for key, item in EXAMPLE_OF[name].items() if key != field}

    with pytest.raises(KeyError, match=f"^'{field}'$"):
        model(name).from_dict(value)


@pytest.mark.parametrize("name", MODELS)
def test_attributes_are_named_as_on_the_wire(name: str) -> None:
    """And stand in the spec's order."""
    fields = list(SCHEMAS[name]["properties"])

    assert sorted(get_type_hints(model(name)).keys() - {"_fields", "_given", "_source"}) == sorted(
        fields
    )
    assert [wire for wire, *_ in model(name)._fields] == fields


@pytest.mark.parametrize("value", [None, "你好", 7, [], [{}]])
@pytest.mark.parametrize("name", sorted({name for name, _ in REQUIRED}))
def test_not_an_object(name: str, value: Any) -> None:
    """A value that is no object is refused with one of the documented errors."""
    with pytest.raises((KeyError, TypeError, AttributeError)):
        model(name).from_dict(value)


@pytest.mark.parametrize(("name", "refined"), REFINEMENTS.items())
def test_a_refinement_only_keeps_more_out(name: str, refined: str) -> None:
    """It has the fields of what it refines, and needs at least the same."""
    own, other = SCHEMAS[name], SCHEMAS[refined]

    assert own["properties"].keys() == other["properties"].keys()
    assert set(own["required"]) >= set(other["required"])
