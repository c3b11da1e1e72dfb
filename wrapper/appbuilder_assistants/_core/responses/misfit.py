"""Where JSON does not fit the model that it is to be read as; no I/O."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import UnionType
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)
"""Raised by reading JSON of another shape."""


class MisfitError(ValueError):
    """Names the first field that does not fit, the kind expected there, and the kind that came."""


class ModelReader(Generic[T_co]):
    """Reads JSON by a model's `from_dict`; the model is imported with the first answer."""

    def __init__(self, model: Callable[[], type[T_co]]) -> None:
        self.model: Callable[[], Any] = model

    def __call__(self, body: dict[str, Any]) -> T_co:
        answer: T_co = self.model().from_dict(body)
        return answer


def read_as(read: Callable[[Any], T], body: object) -> T:
    """Read JSON. Raises MisfitError where a model does not fit, else the error of reading."""
    try:
        return read(body)
    except UNREADABLE:
        place = _misfit(read.model(), body) if isinstance(read, ModelReader) else None
        if place is None:
            raise
    raise MisfitError(place)


def _misfit(model: Any, body: object, path: str = "") -> str | None:
    """The first misfit, beginning with its path; None where there is none."""
    if not hasattr(model, "_fields"):
        return None
    if not isinstance(body, Mapping):
        return f"{path or 'the whole'}: expected an object, got {kind_of(body)}"
    hints = get_type_hints(model, vars(sys.modules[model.__module__]))
    for name, attribute, absent, null in model._fields:
        place = f"{path}.{name}" if path else name
        if name not in body:
            if absent is ...:
                return f"{place}: expected a value, got none"
            continue
        value = body[name]
        if value is None and (null is not None or _admits_none(hints[attribute])):
            continue
        found = _misfit_of_field(hints[attribute], value, place)
        if found is not None:
            return found
    return None


def _misfit_of_field(hint: Any, value: object, place: str) -> str | None:
    choices = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    lists = [choice for choice in choices if get_origin(choice) is list]
    models = [choice for choice in choices if hasattr(choice, "_fields")]
    plain = (c for c in choices if get_origin(c) is None and isinstance(c, type))
    if isinstance(value, tuple(choice for choice in plain if choice not in models)):
        return None
    if lists and isinstance(value, (list, tuple)):
        (inner,) = get_args(lists[0])
        items = (_misfit_of_field(inner, v, f"{place}[{i}]") for i, v in enumerate(value))
        return next((found for found in items if found is not None), None)
    if models and (isinstance(value, Mapping) or not lists):
        return _misfit(models[0], value, place)
    if lists:
        expected = "an object or a list" if models else "a list"
        return f"{place}: expected {expected}, got {kind_of(value)}"
    return None  # other values are kept as they come


def _admits_none(hint: Any) -> bool:
    return type(None) in get_args(hint)


def kind_of(value: object) -> str:
    """The name of a JSON value's kind, with its article."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    kinds = {str: "a string", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return kinds.get(type(value), type(value).__name__)
