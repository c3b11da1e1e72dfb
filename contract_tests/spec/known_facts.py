"""openapi.yaml without its unknown facts, for targets other than our mock.

A fact marked `unknown` is this document's choice: another server may have chosen otherwise. So no
answer of it is held to such a limit or required field, and no request that only goes against one
has to be refused.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from scripts.evidence.facts import DATA, LIMITS, Marks, facts

from . import document as spec

SCHEMAS = "#/components/schemas/"


def of_answers(document: dict[str, Any]) -> dict[str, Any]:
    """A copy with only known facts on responses; its requests stay unchanged."""
    known = copy.deepcopy(document)
    asked = _reached(known, [one.get("requestBody") for one in _operations(known)])
    components = known["components"]
    for name, schema in components["schemas"].items():
        if name not in asked:
            _strip(schema, Marks())
    for kind in ("headers", "responses"):
        _strip(components.get(kind, {}), Marks())
    for operation in _operations(known):
        _strip(operation["responses"], Marks().within(operation))
    for media in _media(known):
        media["schema"] = _by_error_field(media["schema"])
    return known


def _media(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    responses = list(document["components"].get("responses", {}).values())
    for operation in _operations(document):
        responses += operation["responses"].values()
    for response in responses:
        yield from response.get("content", {}).values()


def _by_error_field(schema: dict[str, Any]) -> dict[str, Any]:
    """An error or something else, by its field: without required fields both may fit an error."""
    forms = schema.get("oneOf", [])
    if spec.ERROR not in forms:
        return schema
    others = {"oneOf": [one for one in forms if one != spec.ERROR]}
    return {"if": {"type": "object", "required": ["error"]}, "then": spec.ERROR, "else": others}


@functools.cache
def _unknown() -> frozenset[str]:
    return frozenset(fact.id for fact in facts(spec.DOCUMENT) if "unknown" in fact.marks)


def is_unknown(fact: str) -> bool:
    """Whether a fact is this document's choice, so that only our mock is held to it."""
    return fact in _unknown()


def is_surely_wrong(operation_id: str, body: Any) -> bool:
    """Whether a request goes against something that is known."""
    return not _validator(operation_id).is_valid(body)


def surely_needs_body(operation_id: str) -> bool:
    """Whether it is known that a request without a body is refused."""
    operation = spec.operations()[operation_id]
    marks = Marks().within(spec.DOCUMENT).within(operation).of("body")
    return bool(operation["requestBody"].get("required")) and "unknown" not in marks


@functools.cache
def _validator(operation_id: str) -> Any:
    known = copy.deepcopy(spec.DOCUMENT)
    for schema in known["components"]["schemas"].values():
        _strip(schema, Marks())
    [operation] = [one for one in _operations(known) if one["operationId"] == operation_id]
    [media] = operation["requestBody"]["content"].values()
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "components": known["components"],
        **media["schema"],
    }
    return jsonschema_rs.validator_for(whole, offline=True)


def _strip(part: Any, around: Marks) -> None:
    """Take the unknown facts of a part away, and those of the parts in it."""
    if isinstance(part, list):
        for one in part:
            _strip(one, around)
    if not isinstance(part, dict):
        return
    marks = around.within(part)
    for keyword in LIMITS:
        if keyword in part and "unknown" in marks.of(keyword):
            del part[keyword]
    required = part.get("required")
    if isinstance(required, list):
        part["required"] = [one for one in required if "unknown" not in marks.of("required", one)]
    elif required is True and "unknown" in marks.of("required"):
        part["required"] = False
    for key, value in part.items():
        if key not in DATA:
            _strip(value, marks)


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def _reached(document: dict[str, Any], start: list[Any]) -> set[str]:
    """The schemas that these parts refer to, and those that they refer to in turn."""
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            name = str(part.get("$ref", "")).removeprefix(SCHEMAS)
            if name in document["components"]["schemas"] and name not in found:
                found.add(name)
                waiting.append(document["components"]["schemas"][name])
            waiting += [value for key, value in part.items() if key not in DATA]
    return found
