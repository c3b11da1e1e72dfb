"""The JSON types of annotations and of the fields of classes."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Any

from .constraints import RefinedType, has_default, is_pydantic_field, made_default, read_metadata
from .docstrings import read_doc
from .json_types import (
    NO_DEFAULT,
    AnyOfType,
    AnyType,
    ArrayType,
    BooleanType,
    EnumType,
    IntegerType,
    JsonType,
    MappingType,
    NullType,
    NumberType,
    ObjectType,
    Property,
    StringType,
    TupleType,
    base_type,
)
from .models import ModelType, is_model
from .outputs import plain

SUPPORTED = (
    "str, int, float, bool, None, Any, Literal, Enum, Optional and other unions, list, tuple, set, "
    "dict[str, ...], dataclasses, attrs classes, TypedDict, pydantic models, and "
    "Annotated[..., 'description', constraints]"
)

SCALARS: dict[object, JsonType] = {
    str: StringType(),
    int: IntegerType(),
    float: NumberType(),
    bool: BooleanType(),
    None: NullType(),
    type(None): NullType(),
    Any: AnyType(),
    object: AnyType(),
}

LISTS: dict[object, Callable[[list[Any]], Any]] = {
    list: list,
    Sequence: list,
    Iterable: list,
    tuple: tuple,
    set: set,
    AbstractSet: set,
    frozenset: frozenset,
}

Names = Mapping[str, Any]
"""Local names that string annotations may use besides those of their module."""


def type_of(annotation: Any, where: str, names: Names) -> JsonType:
    """Return the type of the values that an annotation takes.

    `where` is for the message of the TypeError that is raised for one that is not supported.
    """
    try:
        return _type_of(annotation, where, names, ())
    except RecursionError as error:
        raise TypeError(
            f"{where}: a type that holds itself cannot be described to a model, for its schema "
            "has no end"
        ) from error


def _type_of(annotation: Any, where: str, names: Names, within: tuple[type, ...]) -> JsonType:
    """As `type_of`; `within` are the classes that the annotation is nested in."""
    annotation = _unwrapped(annotation)
    if not isinstance(annotation, Hashable):
        raise _unsupported(where, annotation)
    if annotation in SCALARS:
        return SCALARS[annotation]
    inner = partial(_type_of, names=names, within=within)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        metadata = read_metadata(arguments[1:], where)
        return metadata.applied(inner(arguments[0], where), where)
    if origin is typing.Literal:
        return EnumType(tuple((_constant(value, where), value) for value in arguments))
    if origin in (typing.Union, types.UnionType):
        return AnyOfType(tuple(inner(option, where) for option in arguments))
    container = origin or annotation
    if container in LISTS:
        return _items(container, arguments, where, inner)
    if container in (dict, Mapping):
        key, value = arguments or (str, Any)
        if key is not str:
            raise _unsupported(where, annotation, "the keys of an object in JSON are str")
        return MappingType(inner(value, f"{where}, its values"))
    if isinstance(annotation, type):
        return _class(annotation, where, names, within)
    raise _unsupported(where, annotation)


def property_of(
    name: str,
    json_type: JsonType,
    where: str,
    *,
    required: bool,
    default: Any = NO_DEFAULT,
    description: str = "",
) -> Property:
    """Make a property of a parameter or a field; its annotation's description comes first.

    A pydantic `Field` as its default says whether it is required.
    """
    if is_pydantic_field(default):
        json_type = read_metadata([default], where, is_default=True).applied(json_type, where)
        required = not has_default(default)
        default = NO_DEFAULT if required else made_default(default)
    if isinstance(json_type, RefinedType):
        description = str(json_type.extra.get("description", description))
    if default is None:
        json_type = optional(json_type)
    try:
        json_default = default if default is NO_DEFAULT else plain(default)
    except (TypeError, ValueError):
        json_default = NO_DEFAULT  # is not in the schema, but used
    return Property(name, json_type, required, description, json_default)


def optional(json_type: JsonType) -> JsonType:
    """The type, or null: a default of None allows it, though the annotation does not."""
    try:
        json_type.read(None, "")
    except ValueError:
        return AnyOfType((json_type, NullType()))
    return json_type


def hints_of(what: Any, where: str, names: Names) -> dict[str, Any]:
    """Resolve the annotations of a function or class. Raises TypeError."""
    try:
        try:
            return typing.get_type_hints(what, include_extras=True)
        except NameError:
            return typing.get_type_hints(what, localns=dict(names), include_extras=True)
    except (NameError, AttributeError, SyntaxError, TypeError) as error:
        raise TypeError(
            f"{where}: an annotation cannot be read ({error}); what it names must be defined in "
            "its module, or where the tool is made by @tool"
        ) from error


def _items(
    container: Any, arguments: tuple[Any, ...], where: str, inner: Callable[[Any, str], JsonType]
) -> JsonType:
    build = LISTS[container]
    if container is tuple and arguments and arguments[-1:] != (Ellipsis,):
        fixed = () if arguments == ((),) else arguments
        return TupleType(tuple(inner(one, f"{where}, its items") for one in fixed))
    item = inner(arguments[0] if arguments else Any, f"{where}, its items")
    unique = build in (set, frozenset)
    if unique and not isinstance(
        base_type(item), (StringType, IntegerType, NumberType, BooleanType, EnumType, NullType)
    ):
        raise _unsupported(
            where, container, "a set holds str, int, float, bool, Literal or Enum; take a list"
        )
    return ArrayType(item, build, unique)


def _class(cls: type, where: str, names: Names, within: tuple[type, ...]) -> JsonType:
    if issubclass(cls, enum.Enum):
        if not len(cls):
            raise _unsupported(where, cls, "it has no members")
        return EnumType(tuple((_constant(member.value, where), member) for member in cls))
    if is_model(cls):
        return ModelType(cls, where)
    if hasattr(cls, "__required_keys__"):  # a TypedDict, also that of typing_extensions
        read = _dict_fields
    elif hasattr(cls, "__attrs_attrs__"):
        read = _attrs_fields
    elif dataclasses.is_dataclass(cls):
        read = _dataclass_fields
    else:
        raise _unsupported(where, cls)
    if cls in within:
        raise _unsupported(where, cls, f"{cls.__name__} holds itself, so its schema has no end")
    doc = read_doc(cls.__doc__)
    hints = hints_of(cls, where, names)
    properties = []
    for part in read(cls, hints, where):
        at = f"{where}, field {part.name} of {cls.__name__}"
        if part.name not in hints:
            raise TypeError(f"{at}: it has no annotation")
        if is_pydantic_field(part.default) and not hasattr(cls, "__pydantic_validator__"):
            raise TypeError(
                f"{at}: a pydantic Field as its default has no effect on this class; put it into "
                "Annotated"
            )
        property_ = property_of(
            part.parameter,
            _type_of(hints[part.name], at, names, (*within, cls)),
            at,
            required=part.required,
            default=part.default,
            description=part.description or doc.parameters.get(part.name, ""),
        )
        properties.append(property_)
    # A dataclass without a docstring is given its own signature as one.
    summary = "" if doc.summary.startswith(f"{cls.__name__}(") else doc.summary
    build = dict if read is _dict_fields else lambda parts: cls(**parts)
    return ObjectType(tuple(properties), build, summary)


@dataclasses.dataclass(frozen=True)
class _ClassField:
    """A field of a class, and the parameter that sets it."""

    name: str
    parameter: str
    required: bool
    default: Any = NO_DEFAULT
    description: str = ""


def _dict_fields(cls: Any, hints: dict[str, Any], where: str) -> Iterator[_ClassField]:
    for name, hint in hints.items():
        # `from __future__ import annotations` hides from the class which keys are NotRequired.
        marker = _special_name(hint)
        required = marker == "Required" if marker else name in cls.__required_keys__
        yield _ClassField(name, name, required)


def _dataclass_fields(cls: Any, hints: dict[str, Any], where: str) -> Iterator[_ClassField]:
    if any(isinstance(hint, dataclasses.InitVar) for hint in hints.values()):
        raise _unsupported(where, cls, "it has an InitVar")
    missing = dataclasses.MISSING
    for field in dataclasses.fields(cls):
        if field.init:
            default = NO_DEFAULT if field.default is missing else field.default
            required = default is NO_DEFAULT and field.default_factory is missing
            description = str(field.metadata.get("description", ""))
            yield _ClassField(field.name, field.name, required, default, description)


def _attrs_fields(cls: Any, hints: dict[str, Any], where: str) -> Iterator[_ClassField]:
    import attrs

    for field in attrs.fields(cls):
        if field.init:
            required = field.default is attrs.NOTHING
            made = isinstance(field.default, type(attrs.Factory(list)))
            default = NO_DEFAULT if made or required else field.default
            description = str(field.metadata.get("description", ""))
            yield _ClassField(field.name, field.alias, required, default, description)


def _unwrapped(annotation: Any) -> Any:
    """The annotation behind a NewType, a `type` statement, Required and NotRequired."""
    while True:
        if hasattr(annotation, "__supertype__"):
            annotation = annotation.__supertype__
        elif type(annotation).__name__ == "TypeAliasType":
            annotation = annotation.__value__
        elif _special_name(annotation):
            annotation = typing.get_args(annotation)[0]
        else:
            return annotation


def _special_name(annotation: Any) -> str:
    """`Required` or `NotRequired`, from typing or typing_extensions; "" for anything else."""
    name = getattr(typing.get_origin(annotation), "_name", None)
    return name if name in ("Required", "NotRequired") else ""


def _constant(value: Any, where: str) -> Any:
    """The JSON value of a constant."""
    plain_value = value.value if isinstance(value, enum.Enum) else value
    if plain_value is None or type(plain_value) in (str, int, float, bool):
        return plain_value
    raise _unsupported(where, value, "a choice is a str, int, float, bool or None in JSON")


def _unsupported(where: str, annotation: Any, why: str = "") -> TypeError:
    name = annotation.__name__ if isinstance(annotation, type) else annotation
    reason = f" ({why})" if why else ""
    return TypeError(
        f"{where}: {name!s} cannot be described to a model{reason}. Supported: {SUPPORTED}"
    )
