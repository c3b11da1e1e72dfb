"""The metadata of `Annotated`: constraints, descriptions and defaults.

Read by its attributes, so that none of the libraries that define it is needed: annotated_types,
pydantic's `Field`, and `Doc`. A check of such a library that cannot be
made here is a TypeError when the tool is made; metadata of other origin has no effect.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .arguments import refused
from .json_types import (
    AnyOfType,
    ArrayType,
    IntegerType,
    JsonType,
    MappingType,
    NumberType,
    StringType,
    base_type,
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
# Attributes of metadata without effect here: values are never coerced, for one.
WITHOUT_EFFECT = {
    "strict", "default", "default_factory", "annotation", "repr", "init", "init_var", "kw_only",
    "frozen", "exclude", "deprecated", "validate_default", "metadata", "alias_priority",
    "serialization_alias", "description", "title", "examples", "json_schema_extra", "exclude_if",
}  # fmt: skip


@dataclass(frozen=True)
class Constraint:
    """A condition on values of one type: in JSON Schema, in words and as a check."""

    keyword: str
    bound: Any
    words: str
    holds: Callable[[Any], bool]


@dataclass(frozen=True)
class RefinedType:
    """A type with conditions on its values; `extra` is added to its schema: `description`, …"""

    json_type: JsonType
    constraints: tuple[Constraint, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def expected(self) -> str:
        conditions = ", ".join(one.words for one in self.constraints)
        return self.json_type.expected + (f" ({conditions})" if conditions else "")

    def schema(self) -> dict[str, Any]:
        conditions = {one.keyword: one.bound for one in self.constraints}
        return {**self.json_type.schema(), **conditions, **self.extra}

    def read(self, value: object, path: str) -> Any:
        read = self.json_type.read(value, path)
        if not all(one.holds(read) for one in self.constraints):
            raise refused(path, self.expected, value)
        return read


@dataclass
class Metadata:
    """All metadata of one annotation."""

    extra: dict[str, Any] = field(default_factory=dict)
    bounds: list[tuple[str, Any]] = field(default_factory=list)

    def applied(self, json_type: JsonType, where: str) -> JsonType:
        """Apply it to a type. Raises TypeError for a condition that does not fit."""
        for name, bound in self.bounds:
            constrained = _constrained(json_type, name, bound)
            if constrained is None:
                raise TypeError(f"{where}: {name}={bound!r} does not fit {json_type.expected}")
            json_type = constrained
        return RefinedType(json_type, extra=self.extra) if self.extra else json_type


def read_metadata(given: Iterable[Any], where: str, *, is_default: bool = False) -> Metadata:
    """Read the metadata in `Annotated`, or a pydantic `Field` that is a default."""
    found = Metadata()
    for one in _flat(given):
        if isinstance(one, str):
            found.extra.setdefault("description", one)
        elif type(one).__name__ == "Doc" and isinstance(getattr(one, "documentation", None), str):
            found.extra.setdefault("description", one.documentation)
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
    """The default of a pydantic `Field`, a new one if it has a factory."""
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
            found.bounds.append((name, _checked_bound(name, values.pop(name), where)))
    for name in ("description", "title", "examples"):
        if values.get(name):
            found.extra.setdefault(name, values[name])
    more = values.get("json_schema_extra", {})
    if isinstance(more, Mapping):
        found.extra.update(more)
    else:
        values["json_schema_extra of a function"] = values.pop("json_schema_extra")
    unknown = [name for name in values if name not in WITHOUT_EFFECT]
    if unknown or (not values and not found.bounds and not is_pydantic_field(one)):
        raise TypeError(
            f"{where}: {type(one).__name__} in Annotated cannot be described to a model"
            + (f" ({', '.join(unknown)})" if unknown else "")
        )


def _attributes(one: Any) -> Iterator[tuple[str, Any]]:
    names = [name for cls in type(one).__mro__ for name in getattr(cls, "__slots__", ())]
    for name in dict.fromkeys([*names, *getattr(one, "__dict__", ())]):
        if not name.startswith("_"):
            yield name, getattr(one, name, None)


def _checked_bound(name: str, bound: Any, where: str) -> Any:
    if name in SIZES:
        is_valid = type(bound) is int and bound >= 0
    elif name == "pattern":
        bound = getattr(bound, "pattern", bound)
        is_valid = isinstance(bound, str) and _compiles(bound)
    else:
        is_valid = type(bound) in (int, float) and math.isfinite(bound)
        is_valid = is_valid and not (name == "multiple_of" and bound <= 0)
    if not is_valid:
        raise TypeError(f"{where}: {name}={bound!r} cannot be described to a model")
    return bound


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _constrained(json_type: JsonType, name: str, bound: Any) -> JsonType | None:
    """The type under one more condition; None if that does not apply to its values."""
    if isinstance(json_type, AnyOfType):
        options = [_constrained(option, name, bound) for option in json_type.options]
        if not any(options):
            return None
        pairs = zip(options, json_type.options, strict=True)
        return AnyOfType(tuple(option or plain for option, plain in pairs))
    if isinstance(json_type, RefinedType) and isinstance(json_type.json_type, AnyOfType):
        inner = _constrained(json_type.json_type, name, bound)
        return None if inner is None else replace(json_type, json_type=inner)
    one = _constraint(base_type(json_type), name, bound)
    if one is None:
        return None
    refined = json_type if isinstance(json_type, RefinedType) else RefinedType(json_type)
    return replace(refined, constraints=(*refined.constraints, one))


def _constraint(json_type: JsonType, name: str, bound: Any) -> Constraint | None:
    """The condition on values of this type; None if it does not fit them."""
    if name in SIZES and type(json_type) in UNITS:
        side, words, compare = SIZES[name]
        keyword, unit = UNITS[type(json_type)]
        words = f"{words} {bound} {unit}"
        return Constraint(f"{side}{keyword}", bound, words, lambda v: compare(len(v), bound))
    if name == "pattern" and isinstance(json_type, StringType):
        search = re.compile(bound).search
        return Constraint(name, bound, f"matching {bound}", lambda v: search(v) is not None)
    if not isinstance(json_type, (IntegerType, NumberType)):
        return None
    if name == "multiple_of":
        words = f"a multiple of {bound}"
        return Constraint("multipleOf", bound, words, lambda v: _is_multiple(v, bound))
    if name in BOUNDS:
        keyword, words, compare = BOUNDS[name]
        return Constraint(keyword, bound, f"{words} {bound}", lambda v: compare(v, bound))
    return None


def _is_multiple(value: float, of: float) -> bool:
    if isinstance(value, int) and isinstance(of, int):
        return value % of == 0
    times = value / of
    return math.isclose(times, round(times), rel_tol=1e-9, abs_tol=1e-9)
