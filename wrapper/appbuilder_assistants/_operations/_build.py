"""What the calls of all resources are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

from appbuilder_assistants._core.calls import (
    FILE_SECONDS,
    LOOK_UP_SECONDS,
    Call,
    FileCall,
    Request,
    json_body,
)

T = TypeVar("T")

Format = Literal["json_object", "text"]
Order = Literal["asc", "desc"]


def call(
    operation: str,
    built: Mapping[str, Any],
    parse: Callable[[dict[str, Any]], T],
    *,
    repeatable: bool,
    seconds: float = LOOK_UP_SECONDS,
) -> Call[T]:
    return Call(
        operation=operation,
        request=request(operation, built),
        parse=parse,
        repeatable=repeatable,
        read_seconds=seconds,
    )


def file_call(operation: str, built: Mapping[str, Any], *, named: bool) -> FileCall:
    return FileCall(
        named=named,
        operation=operation,
        request=request(operation, built),
        repeatable=True,
        read_seconds=FILE_SECONDS,
    )


def request(operation: str, built: Mapping[str, Any]) -> Request:
    return Request(built["method"], built["url"], json_body(operation, built["json"]))


# A request model holds plain dicts as well as models: writing it as JSON takes both.


def items(name: str, value: Sequence[Any] | None) -> Any:
    if value is None:
        return None
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        raise TypeError(f"{name}: expected a list, got {type(value).__name__}")
    return list(value)


def object_(name: str, value: object) -> Any:
    if value is None or isinstance(value, Mapping) or hasattr(value, "to_dict"):
        return value
    raise TypeError(f"{name}: expected a request type or a dict, got {type(value).__name__}")
