"""Builders that the calls of all resources share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

from appbuilder_assistants._core.calls import Call, FileCall, Request, json_body
from appbuilder_assistants._core.ids import check_ids
from appbuilder_assistants._core.limits import FILE_SECONDS, LOOK_UP_SECONDS

T = TypeVar("T")

Format = Literal["json_object", "text"]
Order = Literal["asc", "desc"]


def call(
    operation: str,
    built: Mapping[str, Any],
    parse: Callable[[dict[str, Any]], T],
    *,
    idempotent: bool,
    seconds: float = LOOK_UP_SECONDS,
    null_is_unknown: bool = False,
) -> Call[T]:
    return Call(
        operation=operation,
        request=request(operation, built),
        parse=parse,
        idempotent=idempotent,
        read_seconds=seconds,
        null_is_unknown=null_is_unknown,
    )


def file_call(operation: str, built: Mapping[str, Any], *, named: bool) -> FileCall:
    return FileCall(
        named=named,
        operation=operation,
        request=request(operation, built),
        idempotent=True,
        read_seconds=FILE_SECONDS,
    )


def request(operation: str, built: Mapping[str, Any]) -> Request:
    check_ids(operation, built["json"])
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


def messages_(value: Sequence[Any] | None) -> Any:
    """Messages for a thread: one without a role is the user's."""
    return [
        {**one, "role": "user"} if isinstance(one, Mapping) and one.get("role") is None else one
        for one in items("messages", value) or []
    ] or items("messages", value)


def thread_(value: object) -> Any:
    """A thread for a run, with the same default for its messages."""
    thread = object_("thread", value)
    if hasattr(thread, "to_dict"):
        thread = thread.to_dict()
    if not isinstance(thread, Mapping) or not isinstance(thread.get("messages"), (list, tuple)):
        return thread
    return {**thread, "messages": messages_(thread["messages"])}
