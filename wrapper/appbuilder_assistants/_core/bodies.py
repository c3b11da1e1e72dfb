"""Parts of JSON bodies from what users give: request types, plain dicts and lists; no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

ONE = "a request type or a dict"
SOME = "a request type, a dict or a list of them"


class Shape(NamedTuple):
    """The fields of an object in a request, as the specification has them.

    `parts` has the shapes of those fields that are objects or lists of objects, `defaults` what
    is sent for fields that are absent or None.
    """

    fields: tuple[str, ...]
    parts: Mapping[str, Shape] = {}
    defaults: Mapping[str, object] = {}


def as_items(name: str, value: Sequence[Any] | None) -> list[Any] | None:
    """A list. Raises TypeError for a text, which is a sequence as well."""
    if value is None:
        return None
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        raise TypeError(f"{name}: expected a list, got {type(value).__name__}")
    return list(value)


def as_pairs(name: str, value: object) -> Mapping[str, Any] | None:
    """An object with arbitrary keys."""
    if value is None or isinstance(value, Mapping):
        return value
    raise TypeError(f"{name}: expected a dict, got {type(value).__name__}")


def as_part(name: str, value: object, shape: Shape, expected: str = ONE) -> Any:
    """An object of this shape.

    Raises TypeError for what is no object, and ValueError for a misspelt key. Other unknown keys
    are sent: the service may know more fields than the specification.
    """
    if value is None:
        return None
    given: Any = value
    if hasattr(given, "to_dict"):
        given = given.to_dict()
    if not isinstance(given, Mapping):
        keys, got = ", ".join(shape.fields), type(value).__name__
        raise TypeError(f"{name}: expected {expected} with the keys {keys}; got {got}")
    _check_keys(name, given, shape)
    body = dict(given)
    for key, default in shape.defaults.items():
        if body.get(key) is None:
            body[key] = default
    for key, inner in shape.parts.items():
        if (held := body.get(key)) is not None:
            is_list = isinstance(held, Sequence) and not isinstance(held, (str, bytes))
            place = f"{name}.{key}"
            body[key] = (
                as_parts(place, held, inner) if is_list else as_part(place, held, inner, SOME)
            )
    return body


def as_parts(name: str, value: Sequence[Any] | None, shape: Shape) -> list[Any] | None:
    """A list of objects of this shape."""
    given = as_items(name, value)
    if given is None:
        return None
    return [as_part(f"{name}[{index}]", one, shape) for index, one in enumerate(given)]


def _check_keys(name: str, given: Mapping[Any, Any], shape: Shape) -> None:
    for key in given:
        if key in shape.fields or not isinstance(key, str):
            continue
        from difflib import get_close_matches

        free = [one for one in shape.fields if one not in given]
        if nearest := get_close_matches(key, free, n=1):
            raise ValueError(
                f"{name}: unknown key {key!r}; did you mean {nearest[0]!r}? "
                f"The keys are {', '.join(shape.fields)}"
            )
