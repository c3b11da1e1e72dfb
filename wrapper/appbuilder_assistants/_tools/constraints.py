"""What `Annotated` says besides a type: constraints, descriptions and defaults.

Read by their attributes, so that none of the libraries that define them is needed: annotated_types,
pydantic's `Field`, msgspec's `Meta`, and `Doc`. What such a library would check and cannot be
checked here is a TypeError when the tool is made; metadata of other origin has no effect.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .json_types import (
    AnyOfType,
    ArrayType,
    DescribedType,
    IntegerType,
    JsonType,
    MappingType,
    NumberType,
    StringType,
    base_type,
    refused,
)

LIBRARIES = {"annotated_types", "pydantic", "pydantic_core", "msgspec"}

BOUNDS: dict[str, tuple[str, str, Callable[[Any, Any], bool]]] = {
    "gt": ("exclusiveMinimum", "more than", operator.gt),
    "ge": ("minimum", "at least", operator.ge),
    "lt": ("exclusiveMaximum", "less than", operator.lt),
    "le": ("maximum", "at most", operator.le),
}
SIZES: dict[str, tuple[str, str, Callable[[Any, Any], bool]]] = {
    "min_length": ("min", "at least", operator.ge),
    "max_length": ("max", "at most", operator.le),
}
UNITS: dict[type, tuple[str, str]] = {
    StringType: ("Length", "characters"),
    ArrayType: ("Items", "items"),
    MappingType: ("Properties", "entries"),
}
CONSTRAINTS = (*BOUNDS, "multiple_of", *SIZES, "pattern")
# Of a library's metadata, what changes nothing here: values are never coerced, for one.
WITHOUT_EFFECT = {
    "strict", "default", "default_factory", "annotation", "repr", "init", "init_var", "kw_only",
    "frozen", "exclude", "deprecated", "validate_default", "metadata", "alias_priority",
    "serialization_alias", "description", "title", "examples", "json_schema_extra",
    "extra_json_schema", "documentation", "exclude_if",
}  # fmt: skip


@dataclass(frozen=True)
class Constraint:
    """One condition on a value that has been read."""

    name: str
    bound: Any

    def words(self, json_type: JsonType) -> str:
        """The condition, for a message."""
        if self.name in BOUNDS:
            return f"{BOUNDS[self.name][1]} {self.bound}"
        if self.name in SIZES:
            return f"{SIZES[self.name][1]} {self.bound} {UNITS[type(json_type)][1]}"
        return f"{'a multiple of' if self.name == 'multiple_of' else 'matching'} {self.bound}"

    def schema(self, json_type: JsonType) -> dict[str, Any]:
        """The condition as JSON Schema has it."""
        if self.name in BOUNDS:
            return {BOUNDS[self.name][0]: self.bound}
        if self.name in SIZES:
            return {f"{SIZES[self.name][0]}{UNITS[type(json_type)][0]}": self.bound}
        return {"multipleOf" if self.name == "multiple_of" else "pattern": self.bound}

    def holds(self, value: Any) -> bool:
        if self.name in BOUNDS:
            return BOUNDS[self.name][2](value, self.bound)
        if self.name in SIZES:
            return SIZES[self.name][2](len(value), self.bound)
        if self.name == "pattern":
            return re.search(self.bound, value) is not None
        if isinstance(value, int) and isinstance(self.bound, int):
            return value % self.bound == 0
        times = value / self.bound
        return math.isclose(times, round(times), rel_tol=1e-9, abs_tol=1e-9)

    def fits(self, json_type: JsonType) -> bool:
        """Whether values of this kind can be held to it."""
        if self.name in SIZES:
            return type(json_type) in UNITS
        return isinstance(
            json_type, StringType if self.name == "pattern" else (IntegerType, NumberType)
        )


@dataclass(frozen=True)
class ConstrainedType:
    """A kind of value that also meets some conditions."""

    json_type: JsonType
    constraints: tuple[Constraint, ...]

    @property
    def expected(self) -> str:
        words = ", ".join(one.words(base_type(self.json_type)) for one in self.constraints)
        return f"{self.json_type.expected} ({words})"

    def schema(self) -> dict[str, Any]:
        schema = self.json_type.schema()
        for one in self.constraints:
            schema.update(one.schema(base_type(self.json_type)))
        return schema

    def read(self, value: object, path: str) -> Any:
        read = self.json_type.read(value, path)
        if not all(one.holds(read) for one in self.constraints):
            raise refused(path, self.expected, value)
        return read


@dataclass
class Metadata:
    """What the metadata of one annotation says together."""

    description: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    constraints: list[Constraint] = field(default_factory=list)

    def applied(self, json_type: JsonType, where: str) -> JsonType:
        """The kind with all of it. Raises TypeError for a condition that it cannot be held to."""
        for one in self.constraints:
            constrained = _constrain(json_type, one)
            if constrained is None:
                raise TypeError(
                    f"{where}: {one.name}={one.bound!r} does not fit {json_type.expected}"
                )
            json_type = constrained
        if self.description or self.extra:
            json_type = DescribedType(json_type, self.description, self.extra)
        return json_type


def read_metadata(given: Iterable[Any], where: str, *, is_default: bool = False) -> Metadata:
    """Read what stands in `Annotated`, or a pydantic `Field` that stands as a default."""
    found = Metadata()
    for one in _flat(given):
        if isinstance(one, str):
            found.description = found.description or one
        elif type(one).__name__ == "Doc" and isinstance(getattr(one, "documentation", None), str):
            found.description = found.description or one.documentation
        elif _library(one):
            if is_pydantic_field(one) and not is_default and has_default(one):
                raise TypeError(
                    f"{where}: a default in Annotated has no effect on the function; write it "
                    "behind the parameter"
                )
            _read_library(one, found, where)
    return found


def is_pydantic_field(value: Any) -> bool:
    return type(value).__name__ == "FieldInfo" and _library(value) == "pydantic"


def has_default(value: Any) -> bool:
    """Whether a pydantic `Field` has a default."""
    undefined = type(value.default).__name__ == "PydanticUndefinedType"
    return not undefined or value.default_factory is not None


def made_default(value: Any) -> Any:
    """The default of a pydantic `Field`, made anew if it has a factory."""
    return value.default if value.default_factory is None else value.default_factory()


def _flat(given: Iterable[Any]) -> Iterator[Any]:
    """The metadata, groups of it (`Interval`, `Len`, `Field(ge=…)`) followed by their members."""
    for one in given:
        if getattr(type(one), "__is_annotated_types_grouped_metadata__", False):
            yield from _flat(one)
            continue
        yield one
        if is_pydantic_field(one):
            yield from _flat(one.metadata)


def _library(value: Any) -> str:
    cls = value if isinstance(value, type) else type(value)
    name = (cls.__module__ or "").partition(".")[0]
    return name if name in LIBRARIES else ""


def _read_library(one: Any, found: Metadata, where: str) -> None:
    if isinstance(one, type):
        raise TypeError(f"{where}: {one.__name__} in Annotated cannot be described to a model")
    values = {name: value for name, value in _attributes(one) if value is not None}
    for name in CONSTRAINTS:
        if name in values:
            found.constraints.append(_constraint(name, values.pop(name), where))
    found.description = found.description or str(values.get("description", ""))
    if "title" in values:
        found.extra["title"] = str(values["title"])
    if "examples" in values:
        found.extra["examples"] = list(values["examples"])
    more = values.get("json_schema_extra", values.get("extra_json_schema"))
    if isinstance(more, Mapping):
        found.extra.update(more)
    elif more is not None:
        values["json_schema_extra of a function"] = more
        del values["json_schema_extra"]
    unknown = [name for name in values if name not in WITHOUT_EFFECT]
    if unknown or (not values and not found.constraints and not is_pydantic_field(one)):
        raise TypeError(
            f"{where}: {type(one).__name__} in Annotated cannot be described to a model"
            + (f" ({', '.join(unknown)})" if unknown else "")
        )


def _attributes(one: Any) -> Iterator[tuple[str, Any]]:
    names = [name for cls in type(one).__mro__ for name in getattr(cls, "__slots__", ())]
    names += [*getattr(one, "__dict__", ()), *getattr(one, "__struct_fields__", ())]
    if type(one).__module__.startswith("msgspec"):
        names += [name for name in dir(one) if not name.startswith("_")]
    for name in dict.fromkeys(names):
        if not name.startswith("_"):
            yield name, getattr(one, name, None)


def _constraint(name: str, bound: Any, where: str) -> Constraint:
    number = type(bound) in (int, float) and math.isfinite(bound)
    if name in SIZES:
        good = type(bound) is int and bound >= 0
    elif name == "pattern":
        bound = getattr(bound, "pattern", bound)
        good = isinstance(bound, str) and _compiles(bound)
    else:
        good = number and not (name == "multiple_of" and bound <= 0)
    if not good:
        raise TypeError(f"{where}: {name}={bound!r} cannot be described to a model")
    return Constraint(name, bound)


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _constrain(json_type: JsonType, one: Constraint) -> JsonType | None:
    """The kind under one more condition; None if its values cannot be held to it."""
    if isinstance(json_type, AnyOfType):
        options = [_constrain(option, one) for option in json_type.options]
        if not any(options):
            return None
        pairs = zip(options, json_type.options, strict=True)
        return AnyOfType(tuple(option or plain for option, plain in pairs))
    if isinstance(json_type, DescribedType):
        inner = _constrain(json_type.json_type, one)
        return None if inner is None else replace(json_type, json_type=inner)
    if isinstance(json_type, ConstrainedType):
        both = replace(json_type, constraints=(*json_type.constraints, one))
        return both if one.fits(base_type(json_type)) else None
    return ConstrainedType(json_type, (one,)) if one.fits(json_type) else None
