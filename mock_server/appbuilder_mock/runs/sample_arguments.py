"""Arguments for a tool call: a value that satisfies a JSON Schema, the same one each time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, TypeGuard
from urllib.parse import unquote

import jsonschema_rs

from appbuilder_mock.runs.sample_strings import text_for

# Limits of the work on one value, so that no schema can blow up. Of a larger schema fewer parts
# are looked at, as each look may copy or compile all of it: 200,000 parts take 0.2 seconds.
MOST_PARTS = 2_000
MOST_WORK = 200_000
MOST_PATTERN = 10_000  # characters of all regular expressions; a schema with more is not compiled
PER_PATTERN = 100  # parts that compiling a small regular expression takes the time of
PATTERNS = jsonschema_rs.FancyRegexOptions(size_limit=300_000, dfa_size_limit=300_000)  # bytes
MOST_ITEMS = 100
DEEPEST = 4  # levels, after which optional parts are omitted


def sample_arguments(schema: dict[str, Any] | None) -> dict[str, Any]:
    """An object that satisfies `schema`, where one can be made without much cleverness.

    Every declared property is filled, or where that breaks a rule only the required ones. When
    neither satisfies the schema (or it is no valid schema) the attempt is returned all the same:
    the real model makes mistakes, too.
    """
    if not schema:
        return {}
    patterns = [*_patterns(schema)]
    if sum(map(len, patterns)) > MOST_PATTERN:
        return {}
    checks = MOST_WORK // (_size(schema) + PER_PATTERN * len(patterns))
    attempts = [_Sampler(schema, checks, optional=optional).value() for optional in (True, False)]
    objects = [attempt for attempt in attempts if isinstance(attempt, dict)]
    for candidate in (*objects, {}):
        if _satisfies(candidate, schema):
            return candidate
    return objects[0] if objects else {}


def _satisfies(value: object, schema: Any) -> bool:
    try:
        # Offline: a `$ref` in a caller's schema must not make this server fetch anything.
        validator = jsonschema_rs.validator_for(
            _clean(schema), offline=True, pattern_options=PATTERNS
        )
        return bool(validator.is_valid(value))
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError):
        return False


def _clean(schema: Any) -> Any:
    """The schema without `null` keywords at its top: the official client sends such."""
    if isinstance(schema, dict):
        return {key: value for key, value in schema.items() if value is not None or key == "const"}
    return schema


class _Sampler:
    """Builds one value; what was spent on it is counted."""

    def __init__(self, root: dict[str, Any], checks: int, *, optional: bool) -> None:
        self._root = root
        self._optional = optional
        self._most = min(MOST_PARTS, MOST_WORK // _size(root))
        self._parts = 0
        self._checks = checks

    def value(self) -> Any:
        return self._any(self._root, 0)

    def _any(self, schema: Any, depth: int) -> Any:
        self._parts += 1
        if not isinstance(schema, dict) or depth > 40 or self._parts > self._most:
            return {} if depth == 0 else "sample"
        schema = self._resolved(_clean(schema), depth)
        for candidate in _given(schema)[:MOST_ITEMS]:
            if self._fits(candidate, schema):
                return candidate
        match _kind(schema):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth)
            case "integer" | "number" as kind:
                return self._number(schema, integer=kind == "integer")
            case "boolean":
                return True
            case "null":
                return None
            case _:
                return text_for(schema)

    def _fits(self, candidate: Any, schema: dict[str, Any]) -> bool:
        self._checks -= 1
        with_definitions = {**schema, "$defs": self._root.get("$defs", {})}
        return self._checks < 0 or _satisfies(candidate, with_definitions)

    def _resolved(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        """The schema with its reference followed and its combinations folded in."""
        self._parts += 1  # a reference may lead back to itself, on several ways at once
        if self._parts > self._most:
            return schema
        for _ in range(DEEPEST):
            if not isinstance(reference := schema.get("$ref"), str):
                break
            others = {key: value for key, value in schema.items() if key != "$ref"}
            schema = {**_clean(self._referred(reference)), **others}
        for part in _dicts(schema.get("allOf"))[:MOST_ITEMS]:
            schema = _merged(schema, self._resolved(_clean(part), depth + 1) if depth < 40 else {})
        for keyword in ("oneOf", "anyOf"):
            branches = _dicts(schema.get(keyword))
            # An optional field is often `anyOf: [the thing, null]`: prefer the thing.
            useful = [branch for branch in branches if branch.get("type") != "null"] or branches
            if useful and depth < 40:
                schema = _merged(schema, self._resolved(_clean(useful[0]), depth + 1))
        return schema

    def _referred(self, reference: str) -> dict[str, Any]:
        target: Any = self._root
        for part in unquote(reference).removeprefix("#").split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            target = target.get(key) if isinstance(target, dict) else None
        return target if isinstance(target, dict) else {}

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        required = [key for key in _list(schema.get("required")) if isinstance(key, str)]
        names = list(dict.fromkeys([*required, *properties]))
        if not self._optional or depth > DEEPEST:
            names = required
        most = schema.get("maxProperties")
        if isinstance(most, int):
            names = names[: max(most, len(required))]
        names = names[:MOST_PARTS]
        rest = schema.get("additionalProperties", True)
        made = {name: self._any(properties.get(name, rest), depth + 1) for name in names}
        least = schema.get("minProperties")
        if isinstance(least, int):
            for number in range(1, min(least, MOST_ITEMS) - len(made) + 1):
                made[f"key{number}"] = self._any(rest, depth + 1)
        return made

    def _array(self, schema: dict[str, Any], depth: int) -> list[Any]:
        first = [self._any(item, depth + 1) for item in _list(schema.get("prefixItems"))]
        least, most = schema.get("minItems", 0), schema.get("maxItems", MOST_ITEMS)
        wanted = 1 if self._optional and depth <= DEEPEST else 0
        wanted = max(
            wanted, least if isinstance(least, int) else 0, 1 if "contains" in schema else 0
        )
        wanted = min(wanted, most if isinstance(most, int) else MOST_ITEMS, MOST_ITEMS)
        item = schema.get("contains") or schema.get("items", {})
        made = first[:wanted] if len(first) > wanted else first
        choices = _list(item.get("enum")) if isinstance(item, dict) else []
        while len(made) < wanted:
            place = len(made)
            value = self._any(item, depth + 1)
            if schema.get("uniqueItems") and value in made:
                value = choices[place] if place < len(choices) else _other(value, place)
            made.append(value)
        return made

    def _number(self, schema: dict[str, Any], *, integer: bool) -> int | float:
        """1, or a number near the bounds that they allow."""
        low, high = (_bounds(schema, side) for side in ("inimum", "aximum"))
        near = [1, *low, *high, *(bound + 1 for bound in low), *(bound - 1 for bound in high)]
        near += [(one + other) / 2 for one in low for other in high]
        step = schema.get("multipleOf")
        if _is_number(step) and step > 0:
            near += [step, *(math.ceil(number / step) * step for number in near)]
        for number in near:
            number = math.ceil(number) if integer else number
            if self._fits(number, schema):
                return number
        return 1


def _size(value: Any) -> int:
    """The number of parts of a schema, itself included."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_size, parts))


def _patterns(value: Any) -> Iterator[str]:
    """Texts that may be regular expressions, anywhere in a schema."""
    if isinstance(value, dict):
        if isinstance(pattern := value.get("pattern"), str):
            yield pattern
        if isinstance(named := value.get("patternProperties"), dict):
            yield from named
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        yield from _patterns(part)


def _given(schema: dict[str, Any]) -> list[Any]:
    """Values the schema itself offers, best first."""
    offered = [schema[key] for key in ("const", "default", "example") if key in schema]
    return [*offered, *_list(schema.get("examples")), *_list(schema.get("enum"))]


def _kind(schema: dict[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((name for name in kind if name != "null"), "null")
    if isinstance(kind, str):
        return kind
    if "properties" in schema or "required" in schema:
        return "object"
    if "items" in schema or "prefixItems" in schema:
        return "array"
    return "number" if "minimum" in schema or "maximum" in schema else "string"


def _bounds(schema: dict[str, Any], side: str) -> list[float]:
    return [schema[key] for key in (f"m{side}", f"exclusiveM{side}") if _is_number(schema.get(key))]


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _other(value: Any, place: int) -> Any:
    """Another value of the same kind, for lists whose items must differ."""
    if _is_number(value):
        return value + place
    return f"{value}{place}" if isinstance(value, str) else value


def _merged(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """Both schemas at once, as far as a sample needs it."""
    merged = {**schema, **part}
    for key in ("properties", "required"):
        ours, theirs = schema.get(key), part.get(key)
        if isinstance(ours, dict) and isinstance(theirs, dict):
            merged[key] = {**ours, **theirs}
        elif isinstance(ours, list) and isinstance(theirs, list):
            merged[key] = [*ours, *theirs]
    return merged


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [part for part in _list(value) if isinstance(part, dict)]
