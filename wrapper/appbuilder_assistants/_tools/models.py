"""Classes that have their own JSON Schema and validation, as pydantic's models do.

Recognized by their methods `model_json_schema`, `model_validate` and `model_dump`, so that no
library is needed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .arguments import BadArguments, joined, problem

DEFINITIONS = "#/$defs/"


def is_model(cls: Any) -> bool:
    """Whether a class has a JSON Schema and validation of its own."""
    return isinstance(cls, type) and all(
        callable(getattr(cls, name, None)) for name in ("model_json_schema", "model_validate")
    )


class ModelType:
    """The type of a class with schema and validation. Raises TypeError if the schema fails."""

    def __init__(self, cls: Any, where: str) -> None:
        self._cls = cls
        try:
            schema = cls.model_json_schema()
        except Exception as error:
            raise TypeError(f"{where}: {cls.__name__} has no JSON Schema: {error}") from error
        self._schema = _inlined(schema, schema.get("$defs", {}), (), where, cls.__name__)
        is_object = self._schema.get("type") == "object"
        self.expected = "an object" if is_object else f"a {cls.__name__}"

    def schema(self) -> dict[str, Any]:
        copy: dict[str, Any] = json.loads(json.dumps(self._schema))
        return copy

    def read(self, value: object, path: str) -> Any:
        try:
            # Of the two, the one that accepts dates, tuples and enumerations as JSON has them.
            if callable(read := getattr(self._cls, "model_validate_json", None)):
                return read(json.dumps(value))
            return self._cls.model_validate(value)
        except ValueError as error:
            raise BadArguments(_problems(error, path)) from error


def _inlined(
    schema: Any, definitions: Mapping[str, Any], within: tuple[str, ...], where: str, cls: str
) -> Any:
    """Replace the references of a schema, which becomes a part of another."""
    if isinstance(schema, list):
        return [_inlined(item, definitions, within, where, cls) for item in schema]
    if not isinstance(schema, dict):
        return schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        name = reference.removeprefix(DEFINITIONS)
        if name in within or name not in definitions:
            raise TypeError(
                f"{where}: {cls} cannot be described to a model ({name} holds itself, so its "
                "schema has no end)"
            )
        named = _inlined(definitions[name], definitions, (*within, name), where, cls)
        schema = {**named, **{key: value for key, value in schema.items() if key != "$ref"}}
    return {
        key: _inlined(value, definitions, within, where, cls)
        for key, value in schema.items()
        if key not in ("$defs", "discriminator")  # which refers to definitions
    }


def _problems(error: ValueError, path: str) -> list[str]:
    """The problems of a validation error: as pydantic lists them, or its text."""
    listed = getattr(error, "errors", None)
    found: Any = listed() if callable(listed) else []
    if not found:
        return [problem(path, str(error))]
    problems = []
    for one in found:
        at = path
        for part in one.get("loc", ()):
            at = f"{at}[{part}]" if isinstance(part, int) else joined(at, str(part))
        problems.append(problem(at, str(one.get("msg", error))))
    return problems
