"""The values a tool takes: each kind told as JSON Schema, and read from JSON.

The schema and the check stand side by side in one class, so that what the model is told and what is
checked are the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

LONGEST_SHOWN = 80  # characters of a value in a message

NO_DEFAULT = object()


class BadArguments(ValueError):
    """Arguments that do not fit; one line for each problem, each with its path."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


def without_halves(text: str) -> str:
    """The text as UTF-8 can hold it: two halves of a character joined, a single one replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def check_characters(value: object) -> None:
    """Raises BadArguments for keys and texts anywhere in a JSON value with half a character."""
    waiting: list[tuple[str, object]] = [("", value)]
    problems = []
    while waiting:
        path, one = waiting.pop()
        if isinstance(one, str) and not _is_whole(one):
            problems.append(f"{path or 'the arguments'}: {HALF}, got {shown(one)}")
        elif isinstance(one, list):
            waiting += [(f"{path}[{index}]", item) for index, item in enumerate(one)]
        elif isinstance(one, dict):
            for key, item in one.items():
                at = joined(path, without_halves(key))
                if not _is_whole(key):
                    problems.append(f"{at}: {HALF} in its name")
                waiting.append((at, item))
    if problems:
        raise BadArguments(problems)


HALF = "expected a string without halves of characters"


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def refused(path: str, expected: str, value: object) -> BadArguments:
    """What to raise for a value of the wrong kind."""
    return BadArguments([f"{path or 'the arguments'}: expected {expected}, got {shown(value)}"])


def shown(value: object) -> str:
    """A JSON value in a few characters."""
    text = json.dumps(value, ensure_ascii=False).encode(errors="replace").decode()
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


class JsonType(Protocol):
    """A kind of value."""

    @property
    def expected(self) -> str:
        """What it is in words: `a string`."""
        ...

    def schema(self) -> dict[str, Any]:
        """Its JSON Schema, a new dict each time."""
        ...

    def read(self, value: object, path: str) -> Any:
        """The Python value for one that came as JSON. Raises BadArguments, naming the path."""
        ...


@dataclass(frozen=True)
class AnyType:
    """Whatever JSON can hold."""

    expected = "any value"

    def schema(self) -> dict[str, Any]:
        return {}

    def read(self, value: object, path: str) -> Any:
        return value


@dataclass(frozen=True)
class StringType:
    expected = "a string"

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}

    def read(self, value: object, path: str) -> str:
        if not isinstance(value, str):
            raise refused(path, self.expected, value)
        return value


@dataclass(frozen=True)
class IntegerType:
    expected = "an integer"

    def schema(self) -> dict[str, Any]:
        return {"type": "integer"}

    def read(self, value: object, path: str) -> int:
        # JSON has one kind of number: 86.0 is an integer.
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise refused(path, self.expected, value)
        return value


@dataclass(frozen=True)
class NumberType:
    expected = "a number"

    def schema(self) -> dict[str, Any]:
        return {"type": "number"}

    def read(self, value: object, path: str) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise refused(path, self.expected, value)
        try:
            return float(value)
        except OverflowError as error:
            raise refused(path, "a number that a float can hold", value) from error


@dataclass(frozen=True)
class BooleanType:
    expected = "true or false"

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def read(self, value: object, path: str) -> bool:
        if not isinstance(value, bool):
            raise refused(path, self.expected, value)
        return value


@dataclass(frozen=True)
class NullType:
    expected = "null"

    def schema(self) -> dict[str, Any]:
        return {"type": "null"}

    def read(self, value: object, path: str) -> None:
        if value is not None:
            raise refused(path, self.expected, value)


@dataclass(frozen=True)
class EnumType:
    """One of some constants: JSON values, each with the Python value it stands for."""

    choices: tuple[tuple[Any, Any], ...]

    @property
    def expected(self) -> str:
        return f"one of {', '.join(shown(told) for told, _ in self.choices)}"

    def schema(self) -> dict[str, Any]:
        kinds = {JSON_TYPES[type(told)] for told, _ in self.choices}
        common = {"type": kinds.pop()} if len(kinds) == 1 else {}
        return {**common, "enum": [told for told, _ in self.choices]}

    def read(self, value: object, path: str) -> Any:
        for told, meant in self.choices:
            # 1 is not true, and 1.0 is 1.
            if told == value and isinstance(told, bool) == isinstance(value, bool):
                return meant
        raise refused(path, self.expected, value)


JSON_TYPES = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}


@dataclass(frozen=True)
class AnyOfType:
    """The first of several kinds that a value fits."""

    options: tuple[JsonType, ...]

    @property
    def expected(self) -> str:
        return " or ".join(option.expected for option in self.options)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [option.schema() for option in self.options]}

    def read(self, value: object, path: str) -> Any:
        problems = []
        # An integer is a number, too: where both are named, it stays one.
        for option in sorted(
            self.options, key=lambda option: isinstance(base_type(option), NumberType)
        ):
            try:
                return option.read(value, path)
            except BadArguments as bad:
                problems.append((option, bad))
        # Of an optional thing that is there, say what is wrong with it; of others, what was open.
        real = [bad for option, bad in problems if not isinstance(base_type(option), NullType)]
        if len(real) == 1 and value is not None and isinstance(value, (dict, list)):
            raise real[0]
        raise refused(path, self.expected, value)


@dataclass(frozen=True)
class ArrayType:
    """A list of one kind; `build` makes of it what the annotation says."""

    item: JsonType
    build: Callable[[list[Any]], Any] = list
    unique: bool = False

    expected = "a list"

    def schema(self) -> dict[str, Any]:
        unique = {"uniqueItems": True} if self.unique else {}
        return {"type": "array", "items": self.item.schema(), **unique}

    def read(self, value: object, path: str) -> Any:
        if not isinstance(value, list):
            raise refused(path, self.expected, value)
        read = [(self.item, item, f"{path}[{index}]") for index, item in enumerate(value)]
        values = read_all(read)
        if self.unique and len(set(values)) < len(values):
            raise refused(path, "a list without repetitions", value)
        return self.build(values)


@dataclass(frozen=True)
class TupleType:
    """A tuple: so many items, each of its own kind."""

    items: tuple[JsonType, ...]

    @property
    def expected(self) -> str:
        return f"a list of {len(self.items)} items"

    def schema(self) -> dict[str, Any]:
        count = len(self.items)
        prefix = {"prefixItems": [item.schema() for item in self.items]} if count else {}
        return {"type": "array", **prefix, "minItems": count, "maxItems": count}

    def read(self, value: object, path: str) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) != len(self.items):
            raise refused(path, self.expected, value)
        pairs = enumerate(zip(self.items, value, strict=True))
        return tuple(
            read_all([(json_type, item, f"{path}[{i}]") for i, (json_type, item) in pairs])
        )


@dataclass(frozen=True)
class MappingType:
    """An object whose keys are free and whose values are of one kind."""

    value: JsonType

    expected = "an object"

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": self.value.schema() or True}

    def read(self, value: object, path: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise refused(path, self.expected, value)
        items = [(self.value, item, joined(path, key)) for key, item in value.items()]
        return dict(zip(value, read_all(items), strict=True))


@dataclass(frozen=True)
class Property:
    """A named part of an object. `default` is JSON, for the model to see; absent, none is told."""

    name: str
    json_type: JsonType
    required: bool = True
    description: str = ""
    default: Any = NO_DEFAULT

    def schema(self) -> dict[str, Any]:
        schema = self.json_type.schema()
        if self.description:
            schema["description"] = self.description
        if self.default is not NO_DEFAULT:
            schema["default"] = self.default
        return schema


@dataclass(frozen=True)
class ObjectType:
    """An object whose fields are known; `build` makes of them what the annotation says.

    What `build` refuses by ValueError, TypeError or AssertionError is a problem of the arguments.
    """

    fields: tuple[Property, ...]
    build: Callable[[Mapping[str, Any]], Any] = dict
    description: str = ""

    expected = "an object"

    def schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "object"}
        if self.description:
            schema["description"] = self.description
        schema["properties"] = {field.name: field.schema() for field in self.fields}
        schema["required"] = [field.name for field in self.fields if field.required]
        schema["additionalProperties"] = False
        return schema

    def read(self, value: object, path: str) -> Any:
        if not isinstance(value, dict):
            raise refused(path, self.expected, value)
        known = {field.name: field for field in self.fields}
        problems = [
            f"{joined(path, name)}: missing, expected {field.json_type.expected}"
            for name, field in known.items()
            if field.required and name not in value
        ]
        problems += [
            f"{joined(path, name)}: unknown, expected {' or '.join(known) or 'nothing'}"
            for name in value
            if name not in known
        ]
        given = [name for name in known if name in value]
        items = [(known[name].json_type, value[name], joined(path, name)) for name in given]
        parts = dict(zip(given, read_all(items, problems), strict=True))
        try:
            return self.build(parts)
        except (ValueError, TypeError, AssertionError) as error:
            # attrs puts more than the message into an error.
            why = error.args[0] if error.args else type(error).__name__
            raise BadArguments([f"{path or 'the arguments'}: {why}"]) from error


@dataclass(frozen=True)
class DescribedType:
    """A kind with a description of its own; `extra` is what else its schema says, `title`, …"""

    json_type: JsonType
    description: str
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def expected(self) -> str:
        return self.json_type.expected

    def schema(self) -> dict[str, Any]:
        described = {"description": self.description} if self.description else {}
        return {**self.json_type.schema(), **described, **self.extra}

    def read(self, value: object, path: str) -> Any:
        return self.json_type.read(value, path)


def base_type(json_type: JsonType) -> JsonType:
    """The kind behind descriptions and constraints."""
    while (inner := getattr(json_type, "json_type", None)) is not None:
        json_type = inner
    return json_type


def joined(path: str, name: str) -> str:
    """The path of a part."""
    plain = name if name.isidentifier() else json.dumps(name, ensure_ascii=False)
    return f"{path}.{plain}" if path else plain


def read_all(
    items: Iterable[tuple[JsonType, object, str]], problems: Iterable[str] = ()
) -> list[Any]:
    """Read several values; raises BadArguments with the problems of all, after those given."""
    found = list(problems)
    values = []
    for json_type, value, path in items:
        try:
            values.append(json_type.read(value, path))
        except BadArguments as bad:
            found += bad.problems
    if found:
        raise BadArguments(found)
    return values
