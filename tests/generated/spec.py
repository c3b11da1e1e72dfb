"""openapi.yaml as the tests of the generated code read it: models, examples, valid values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import appbuilder_api.models
import yaml
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[2]
SPEC = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
SCHEMAS: dict[str, Any] = SPEC["components"]["schemas"]
OPERATIONS: dict[str, Any] = {
    operation["operationId"]: {**operation, "path": path, "method": method}
    for path, methods in SPEC["paths"].items()
    for method, operation in methods.items()
}


# Operations by the schema of their request: its fields, or parts, are arguments, and no model's.
REQUESTS: dict[str, Any] = {
    content["schema"]["$ref"].rsplit("/", 1)[-1]: operation
    for operation in OPERATIONS.values()
    for content in operation["requestBody"]["content"].values()
}
REFINEMENTS = {
    name: schema["x-refines"] for name, schema in SCHEMAS.items() if "x-refines" in schema
}
MODELS = sorted(
    name
    for name, schema in SCHEMAS.items()
    if "properties" in schema and name not in REQUESTS and name not in REFINEMENTS
)


def model(name: str) -> Any:
    """The generated class of a schema."""
    return getattr(appbuilder_api.models, name)


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema itself, or the one it refers to with what is said beside the reference."""
    if "$ref" not in schema:
        return schema
    beside = {key: value for key, value in schema.items() if key != "$ref"}
    return {**SCHEMAS[schema["$ref"].rsplit("/", 1)[-1]], **beside}


def types(schema: dict[str, Any]) -> set[str]:
    """The names of the JSON types that a schema lets through, as far as it names them."""
    schema = resolved(schema)
    named = schema.get("type", [])
    own = {named} if isinstance(named, str) else set(named)
    if None in schema.get("enum", []):
        own.add("null")
    return own.union(*(types(part) for key in ("anyOf", "oneOf") for part in schema.get(key, [])))


TEXT = st.text(st.sampled_from('aé你好，😀\n" '), max_size=4)
SCALARS = {
    "string": TEXT,
    "integer": st.integers(min_value=0, max_value=2**53),
    "number": st.floats(min_value=0, max_value=2) | st.integers(min_value=0, max_value=2),
    "boolean": st.booleans(),
    "null": st.none(),
}
ANYTHING = st.recursive(
    st.one_of(*SCALARS.values()),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)
UNKNOWN_FIELD = "log_id_未知"


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """JSON values of the form a schema gives; without its limits, which reading does not check."""
    schema = resolved(schema)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "const" in schema:
        return st.just(schema["const"])
    if parts := schema.get("anyOf") or schema.get("oneOf"):
        return st.one_of(*(values(part) for part in parts))
    kind = schema.get("type")
    if isinstance(kind, list):
        return st.one_of(*(values({**schema, "type": one}) for one in kind))
    if kind == "array":
        return st.lists(values(schema["items"]), max_size=2)
    if kind == "object":
        return objects(schema)
    return SCALARS[kind] if kind else ANYTHING


def objects(schema: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with the required fields, some of the optional ones, perhaps one unknown."""
    if "properties" not in schema:
        extra = schema.get("additionalProperties")
        items = values(extra) if isinstance(extra, dict) else ANYTHING
        return st.dictionaries(TEXT, items, max_size=2)
    fields = {name: values(field) for name, field in schema["properties"].items()}
    required = {name: fields.pop(name) for name in schema.get("required", [])}
    return st.fixed_dictionaries(required, optional={**fields, UNKNOWN_FIELD: ANYTHING})
