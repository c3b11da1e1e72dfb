"""What a flow asks for, and what it is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

if TYPE_CHECKING:
    from appbuilder_assistants.types import StreamRunMessage, StreamRunStatus

T = TypeVar("T")

LOOK_UP_SECONDS = 30.0
RUN_SECONDS = 600.0
"""How long to wait for bytes when a model is thinking on the other side."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, before the gateway and the credentials are known."""

    method: str
    path: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One operation of the API, with what it is asked.

    `operation` is its operationId. `repeatable` says that doing it twice does no harm: every
    operation is a POST, so the method cannot tell. `read_seconds` is the longest silence to
    put up with unless the client says otherwise.
    """

    operation: str
    request: Request
    repeatable: bool
    read_seconds: float = LOOK_UP_SECONDS


@dataclass(frozen=True, kw_only=True, slots=True)
class Call(Question, Generic[T]):
    """A question with one answer, and how to read it."""

    parse: Callable[[dict[str, Any]], T]


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamCall(Question):
    """A question that is answered by events, and how to read their payloads."""

    read_status: Callable[[dict[str, Any]], StreamRunStatus]
    read_message: Callable[[dict[str, Any]], StreamRunMessage]


@dataclass(frozen=True, slots=True)
class Send:
    """Ask for the request to be sent. With `stream`, leave the body of an event stream unread."""

    request: Request
    read_seconds: float
    stream: bool = False


@dataclass(frozen=True, slots=True)
class Sleep:
    """Ask for a pause."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer, whatever its status.

    `headers` has lower-case names, or ignores case. `live` is the open answer to a streamed
    `Send` when it is an event stream; then `body` is empty. `received_at` is in seconds since
    the epoch.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    live: Any = None
    received_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer, or none that could be read to its end."""

    message: str
    reached_server: bool
    timed_out: bool = False
    request_id: str | None = None
    cause: BaseException | None = None


Outcome: TypeAlias = "Reply | Lost | None"
Step: TypeAlias = "Send | Sleep"
Flow: TypeAlias = Generator[Step, Outcome, T]


def json_body(operation: str, body: object) -> bytes:
    """Encode a request, or say which operation cannot be asked for and why.

    Raises TypeError for a value that JSON has no form for (a set, a date), ValueError for one
    that only looks as if it had (NaN, infinity, half a surrogate pair, a cycle).
    """
    try:
        text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode("utf-8")
    except TypeError as error:
        raise TypeError(
            f"{operation}: the request must hold only what JSON can "
            f"(text, numbers, true, false, None, lists, mappings): {error}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{operation}: the request cannot be written as JSON: {error}") from error
