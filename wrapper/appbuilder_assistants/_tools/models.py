"""Classes that describe, read and write themselves in JSON, as pydantic's models do.

Known by their methods `model_json_schema`, `model_validate` and `model_dump`, so that no library is
needed for them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .arguments import BadArguments, joined, problem

DEFINITIONS = "#/$defs/"


def is_model(cls: Any) -> bool:
    """Whether a class describes and reads itself."""
    return isinstance(cls, type) and all(
        callable(getattr(cls, name, None)) for name in ("model_json_schema", "model_validate")
    )


class ModelType:
    """A value that a class of its own describes and checks.

    The class describes itself once. Raises TypeError if it cannot.
    """

    def __init__(self, cls: Any, where: str) -> None:
        self._cls = cls
        try:
            schema = cls.model_json_schema()
        except Exception as error:
            raise TypeError(f"{where}: {cls.__name__} cannot describe itself: {error}") from error
        self._schema = _inlined(schema, schema.get("$defs", {}), (), where, cls.__name__)
        is_object = self._schema.get("type") == "object"
        self.expected = "an object" if is_object else f"a {cls.__name__}"

    def schema(self) -> dict[str, Any]:
        copy: dict[str, Any] = json.loads(json.dumps(self._schema))
        return copy

    def read(self, value: object, path: str) -> Any:
        try:
            # Of the two, the one that knows that JSON has no dates, tuples or enumerations.
            if callable(read := getattr(self._cls, "model_validate_json", None)):
                return read(json.dumps(value))
            return self._cls.model_validate(value)
        except ValueError as error:
            raise BadArguments(_problems(error, path)) from error


def _inlined(
    schema: Any, definitions: Mapping[str, Any], within: tuple[str, ...], where: str, cls: str
) -> Any:
    """The schema with its references replaced: it becomes a part of another."""
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
    """What the class refuses, each with its path: as pydantic lists it, or as it says."""
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
