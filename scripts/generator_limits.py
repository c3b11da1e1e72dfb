"""Constructs of openapi.yaml that `make generate` cannot write code for.

The generator stops at most of this by itself, with a traceback or a dump of the schema. Here each
is found before it runs, with its place in the document and what to write instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from appbuilder_mock.pages.python_call import python_name

from scripts.check_descriptions import parts

PREFIX = "#/components/schemas/"
# docs/regenerating.md explains those about the clients, openapi.yaml the others.
EXTENSIONS = (
    *("x-client-default", "x-client-required", "x-client-sets", "x-default", "x-description-zh"),
    *(
        "x-docstring",
        "x-docstring-all",
        "x-evidence",
        "x-form",
        "x-method",
        "x-official",
        "x-order",
    ),
    *("x-positional", "x-refines", "x-repeatable", "x-resource", "x-summary-zh", "x-timeout"),
    *("x-title-zh", "x-unit"),
)
NEEDED = ("operationId", "tags", "summary", "x-repeatable", "requestBody", "responses")

Schema = Mapping[str, Any]


def problems(spec: Mapping[str, Any]) -> list[str]:
    """Constructs that cannot be generated, each as `place: problem. Solution`."""
    schemas: Mapping[str, Schema] = spec.get("components", {}).get("schemas", {})
    found = [
        f"{where}: {problem}"
        for place, part in parts(dict(spec), ())
        if (where := ".".join(place))
        for problem in (*_unknown_extensions(part), *_lacking(place, part))
    ]
    return found + [
        f"{where}: {problem}"
        for name, schema in schemas.items()
        for where, part in _parts(f"components.schemas.{name}", schema)
        for problem in _problems_of(part, schemas)
    ]


def _unknown_extensions(part: Schema) -> Iterator[str]:
    for key in part:
        if str(key).startswith("x-") and key not in EXTENSIONS:
            nearest = get_close_matches(key, EXTENSIONS, n=1)
            meant = f"Did you mean {nearest[0]}?" if nearest else f"Known: {', '.join(EXTENSIONS)}"
            yield f"the extension {key} is unknown. {meant}"


def _lacking(place: tuple[str, ...], part: Schema) -> Iterator[str]:
    """Facts that an operation has to state, so that a method can be written for it."""
    if len(place) == 3 and place[0] == "paths":
        for key in NEEDED:
            if key not in part:
                yield f"an operation without {key}. Write it, as the other operations have it"
        if "200" not in part.get("responses", {}):
            yield "an operation without a response for 200. Write one, with an example"


def _parts(where: str, schema: object) -> Iterator[tuple[str, Schema]]:
    """The schema and all schemas within it, each with its place."""
    if not isinstance(schema, Mapping):
        return
    yield where, schema
    for key in ("properties", "patternProperties"):
        for name, part in schema.get(key, {}).items():
            yield from _parts(f"{where}.{key}.{name}", part)
    for key in ("items", "additionalProperties"):
        yield from _parts(f"{where}.{key}", schema.get(key))
    for key in ("allOf", "anyOf", "oneOf"):
        for number, part in enumerate(schema.get(key, [])):
            yield from _parts(f"{where}.{key}[{number}]", part)


def _problems_of(schema: Schema, schemas: Mapping[str, Schema]) -> Iterator[str]:
    """The problems of this schema itself, not of those within it."""
    reference = schema.get("$ref")
    if reference is not None and _resolved(schema, schemas) is None:
        yield (
            f"$ref {reference}: there is no such schema in this file. "
            f"Write {PREFIX} and the name of one that is under components.schemas"
        )
    elif reference is not None and reference.endswith("Request"):
        yield f"$ref {reference}: the body of a request has no class. Give the schema another name"
    if "array" in _types(schema) and not isinstance(schema.get("items"), Mapping):
        yield "an array without items. Write `items: {}` where an item may be anything"
    if kinds := _mixed(schema.get("enum", [])):
        yield f"an enum of {' and '.join(kinds)}. Write anyOf with an enum for each type"
    for key in ("anyOf", "oneOf"):
        yield from _ambiguous(key, schema, schemas)
    if (
        _has_class(schema, schemas)
        and isinstance(schema.get("default"), Mapping)
        and ("allOf" in schema)
    ):
        yield "a default of an object made by allOf. Leave it out, and say it in the description"
    names: dict[str, str] = {}
    for name in schema.get("properties", {}):
        first = names.setdefault(python_name(name), name)
        if first != name:
            yield (
                f"{first} and {name} are the same attribute, {python_name(name)}, in Python. Leave "
                f"{name} out: what comes is in additional_properties"
            )
        if name in schemas:
            yield (
                f"the field {name} has the name of a schema, which it would hide in Python. Give "
                "the schema another name"
            )


def _ambiguous(key: str, schema: Schema, schemas: Mapping[str, Schema]) -> Iterator[str]:
    """Alternatives that the form of the JSON does not distinguish."""
    found: dict[str, list[str]] = {"object": [], "array": []}
    for part in _alternatives(schema.get(key, []), schemas):
        name = part.get("$ref", "").removeprefix(PREFIX) or "one without a name"
        for kind, names in found.items():
            if kind in _types(_resolved(part, schemas) or {}):
                names.append(name)
    objects, arrays = found["object"], found["array"]
    if len(objects) > 1:
        yield (
            f"{key} of {len(objects)} objects ({', '.join(objects)}): what comes does not say "
            "which it is. Write one object with the properties of all, none of them required, or "
            "`type: object` without properties for a plain dict"
        )
    if len(arrays) > 1:
        yield f"{key} of {len(arrays)} arrays. Write one array, with anyOf in its items"


def _alternatives(parts: list[Schema], schemas: Mapping[str, Schema]) -> Iterator[Schema]:
    """The alternatives, and in place of those that have alternatives, these."""
    for part in parts:
        resolved = _resolved(part, schemas) or {}
        inner = resolved.get("anyOf") or resolved.get("oneOf")
        if inner and "$ref" not in part:
            yield from _alternatives(inner, schemas)
        else:
            yield part


def _resolved(schema: Schema, schemas: Mapping[str, Schema]) -> Schema | None:
    """The end of a chain of references; None if there is none."""
    for _ in range(len(schemas) + 1):
        if "$ref" not in schema:
            return schema
        reference = str(schema["$ref"])
        name = reference.removeprefix(PREFIX)
        if name == reference or name not in schemas:
            return None
        schema = schemas[name]
    return None


def _types(schema: Schema) -> set[str]:
    """The JSON types that a schema names; an object where it is only described as one."""
    named = schema.get("type", [])
    types = {named} if isinstance(named, str) else set(named)
    if not types and ("properties" in schema or "allOf" in schema):
        types.add("object")
    return types


def _has_class(schema: Schema, schemas: Mapping[str, Schema]) -> bool:
    return any("properties" in (_resolved(part, schemas) or {}) for part in schema.get("allOf", []))


def _mixed(values: list[object]) -> list[str]:
    """The JSON types of an enum's values, where there is more than one beside null."""
    names = {str: "texts", bool: "booleans", int: "numbers", float: "numbers"}
    kinds = {names.get(type(value), "objects or arrays") for value in values if value is not None}
    return sorted(kinds) if len(kinds) > 1 else []
