"""The types of a tool's arguments: each has its JSON Schema and reads values that came as JSON.

Schema and check are together in one class, so that they agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from .arguments import BadArguments, joined, problem, refused, shown

NO_DEFAULT = object()
SCALAR_NAMES = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


class JsonType(Protocol):
    """A type of values."""

    @property
    def expected(self) -> str:
        """The type in words: `a string`."""
        ...

    def schema(self) -> dict[str, Any]:
        """Its JSON Schema, a new dict each time."""
        ...

    def read(self, value: object, path: str) -> Any:
        """The Python value for one that came as JSON. Raises BadArguments, naming the path."""
        ...


class AnyType:
    expected = "any value"

    def schema(self) -> dict[str, Any]:
        return {}

    def read(self, value: object, path: str) -> Any:
        return value


class ScalarType:
    """A value without parts."""

    expected: str
    python: ClassVar[type | tuple[type, ...]]
    name: ClassVar[str]

    def schema(self) -> dict[str, Any]:
        return {"type": self.name}

    def read(self, value: object, path: str) -> Any:
        is_bool = isinstance(value, bool)  # which is an int to Python, and none in JSON
        if not isinstance(value, self.python) or is_bool != (self.python is bool):
            raise refused(path, self.expected, value)
        return value


class StringType(ScalarType):
    expected, python, name = "a string", str, "string"


class BooleanType(ScalarType):
    expected, python, name = "true or false", bool, "boolean"


class NullType(ScalarType):
    expected, python, name = "null", type(None), "null"


class IntegerType(ScalarType):
    expected, python, name = "an integer", int, "integer"

    def read(self, value: object, path: str) -> Any:
        # JSON has one kind of number: 86.0 is an integer.
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return super().read(value, path)


class NumberType(ScalarType):
    expected, python, name = "a number", (int, float), "number"

    def read(self, value: object, path: str) -> Any:
        try:
            return float(super().read(value, path))
        except OverflowError as error:
            raise refused(path, "a number that a float can hold", value) from error


@dataclass(frozen=True)
class EnumType:
    """One of some constants: JSON values, each with the Python value it stands for."""

    choices: tuple[tuple[Any, Any], ...]

    @property
    def expected(self) -> str:
        return f"one of {', '.join(shown(constant) for constant, _ in self.choices)}"

    def schema(self) -> dict[str, Any]:
        names = {SCALAR_NAMES[type(constant)] for constant, _ in self.choices}
        common = {"type": names.pop()} if len(names) == 1 else {}
        return {**common, "enum": [constant for constant, _ in self.choices]}

    def read(self, value: object, path: str) -> Any:
        for constant, python_value in self.choices:
            # 1 is not true, and 1.0 is 1.
            if constant == value and isinstance(constant, bool) == isinstance(value, bool):
                return python_value
        raise refused(path, self.expected, value)


@dataclass(frozen=True)
class AnyOfType:
    """The first of several types that a value fits."""

    options: tuple[JsonType, ...]

    @property
    def expected(self) -> str:
        return " or ".join(option.expected for option in self.options)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [option.schema() for option in self.options]}

    def read(self, value: object, path: str) -> Any:
        problems = []
        # An integer is a number, too: where both are named, it stays one.
        for option in sorted(self.options, key=lambda one: isinstance(base_type(one), NumberType)):
            try:
                return option.read(value, path)
            except BadArguments as bad:
                problems.append((option, bad))
        # Of an optional object, name the problem in it; of other unions, what would have fitted.
        real = [bad for option, bad in problems if not isinstance(base_type(option), NullType)]
        if len(real) == 1 and value is not None and isinstance(value, (dict, list)):
            raise real[0]
        raise refused(path, self.expected, value)


@dataclass(frozen=True)
class ArrayType:
    """A list of one type; `build` makes the annotated collection of it."""

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
        values = read_all((self.item, item, f"{path}[{i}]") for i, item in enumerate(value))
        if self.unique and len(set(values)) < len(values):
            raise refused(path, "a list without repetitions", value)
        return self.build(values)


@dataclass(frozen=True)
class TupleType:
    """A list of fixed length, each item of its own type."""

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
        paths = [f"{path}[{index}]" for index in range(len(value))]
        return tuple(read_all(zip(self.items, value, paths, strict=True)))


@dataclass(frozen=True)
class MappingType:
    """An object with arbitrary keys and values of one type."""

    value: JsonType

    expected = "an object"

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": self.value.schema() or True}

    def read(self, value: object, path: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise refused(path, self.expected, value)
        values = read_all((self.value, item, joined(path, key)) for key, item in value.items())
        return dict(zip(value, values, strict=True))


@dataclass(frozen=True)
class Property:
    """A property of an object. `default` is JSON, for the schema."""

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
    """An object with known properties; `build` makes the annotated object of them.

    A ValueError, TypeError or AssertionError of `build` is a problem of the arguments.
    """

    properties: tuple[Property, ...]
    build: Callable[[Mapping[str, Any]], Any] = dict
    description: str = ""

    expected = "an object"

    def schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "object"}
        if self.description:
            schema["description"] = self.description
        schema["properties"] = {one.name: one.schema() for one in self.properties}
        schema["required"] = [one.name for one in self.properties if one.required]
        schema["additionalProperties"] = False
        return schema

    def read(self, value: object, path: str) -> Any:
        if not isinstance(value, dict):
            raise refused(path, self.expected, value)
        known = {one.name: one for one in self.properties}
        problems = [
            f"{joined(path, name)}: missing, expected {one.json_type.expected}"
            for name, one in known.items()
            if one.required and name not in value
        ]
        problems += [
            f"{joined(path, name)}: unknown, expected {' or '.join(known) or 'nothing'}"
            for name in value
            if name not in known
        ]
        given = [name for name in known if name in value]
        items = ((known[name].json_type, value[name], joined(path, name)) for name in given)
        parts = dict(zip(given, read_all(items, problems), strict=True))
        try:
            return self.build(parts)
        except (ValueError, TypeError, AssertionError) as error:
            # attrs puts more than the message into an error.
            why = error.args[0] if error.args else type(error).__name__
            raise BadArguments([problem(path, str(why))]) from error


def base_type(json_type: JsonType) -> JsonType:
    """The type behind descriptions and constraints."""
    while (inner := getattr(json_type, "json_type", None)) is not None:
        json_type = inner
    return json_type


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
