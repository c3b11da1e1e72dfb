"""The steps that a flow asks for, and their outcomes."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

from .limits import MAX_QUOTED
from .redaction import NO_SECRET, Secret
from .requests import JSON, OperationRequest, Request

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

REQUEST_ID = "x-appbuilder-request-id"


# Steps are named tuples, cheap to make and to import. Types that hold contents or
# headers are not: tracebacks may be shown with their variables, and tuples with all their items.


def never(status: int, headers: Mapping[str, str]) -> bool:
    """Leave no reply open."""
    return False


class Send(NamedTuple):
    """Ask for the request to be sent.

    The body of a reply for which `leave_open` is true stays unread behind its first `peek` bytes.
    With a `peek`, a body of unknown length counts as no reply: a cut could not be seen.
    `operation` and `attempt` are for logs and hooks.
    """

    request: Request
    read_seconds: float
    accept: str = JSON
    leave_open: Callable[[int, Mapping[str, str]], bool] = never
    peek: int = 0
    operation: str = ""
    attempt: int = 1


class Retry(NamedTuple):
    """A failed attempt that is to be retried: its operation, number and outcome."""

    operation: str
    attempt: int
    reason: str
    too_often: bool = False


class AwaitedTurn(NamedTuple):
    """A request of this operation waits, because the client sends so many calls a second."""

    operation: str
    rate: float | None


class Sleep(NamedTuple):
    """Ask for a pause. The outcome is None, or at once a `NoReply` when the deadline is nearer.

    `at_least` is known to be the pause in the end, with others that follow this one. `turn` says of
    the first pause before a request that it waits for its turn.
    """

    seconds: float
    retry: Retry | None = None
    at_least: float = 0.0
    turn: AwaitedTurn | None = None


class RateChanged(NamedTuple):
    """Emit how many calls a second the client sends from now on; None for any number."""

    rate: float | None
    refused: bool = False


class Grace(NamedTuple):
    """Ask for some more seconds, from now, to clean up after the deadline."""

    seconds: float


class Begin(NamedTuple):
    """Emit that a call begins."""

    call: OperationRequest


class End(NamedTuple):
    """Emit that the call that began last is over."""

    result: object = None
    error: BaseException | None = None


class Reply:
    """An HTTP reply, whatever its status.

    `headers` has lower-case names, or ignores case. `live` is the unread rest of a body that was
    left open, None when `body` has all of it. Of a body that is longer than may be read there are
    only the first MAX_QUOTED bytes: it is `cut_short`. `received_at` is in seconds since the epoch,
    `seconds` is how long it took. `sent_id` is the request id that was sent. `redactor` takes the
    token out of the server's texts: a reply is returned as it came, but quoted without it.
    """

    __slots__ = (
        "body",
        "cut_short",
        "headers",
        "live",
        "received_at",
        "redactor",
        "seconds",
        "sent_id",
        "status",
    )

    def __init__(
        self,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        live: Any = None,
        received_at: float = 0.0,
        seconds: float = 0.0,
        cut_short: bool = False,
        sent_id: str | None = None,
        redactor: Secret = NO_SECRET,
    ) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.live = live
        self.received_at = received_at
        self.seconds = seconds
        self.cut_short = cut_short
        self.sent_id = sent_id
        self.redactor = redactor

    @property
    def request_id(self) -> str | None:
        """The id that support asks for: the service's own, or else the one that was sent."""
        return self.service_id or self.sent_id

    @property
    def service_id(self) -> str:
        """The service's own id, if its headers have one."""
        return self.redactor.redact(self.headers.get(REQUEST_ID, ""))

    def begins(self, longest: int) -> str:
        """The first characters of the body, as errors may quote them."""
        start = self.body[:MAX_QUOTED].decode("utf-8", "replace")
        return self.redactor.redact(start.strip(), longest)


class NoReply(NamedTuple):
    """No reply, or none that could be read to its end.

    `overdue` when it was the call's own deadline that passed.
    """

    message: str
    reached_server: bool
    timed_out: bool = False
    request_id: str | None = None
    cause: BaseException | None = None
    overdue: bool = False
    seconds: float = 0.0


class Target(Protocol[T_co]):
    """The place for the bytes of a reply: a file, or memory."""

    def begin(self, headers: Mapping[str, str]) -> None:
        """Prepare for the bytes; the reply's headers are known."""

    def write(self, data: bytes) -> None: ...

    def finish(self) -> None:
        """Complete the file: all bytes are written."""

    def abandon(self) -> None:
        """Remove what was written. Does nothing once finished."""

    def result(self) -> T_co:
        """The finished file or bytes."""
        ...


class Save(NamedTuple):
    """Ask for all bytes of a reply to be written to the target."""

    reply: Reply
    target: Target[object]


class ToolError(Exception):
    """Raise it in a tool to give the model, in place of an output, the text of an error.

    The run continues. Any other exception ends it, and reaches the caller.
    """


class Job:
    """One call of a function, with its arguments, that a model asks for by the id `call_id`."""

    __slots__ = ("arguments", "call_id", "function", "is_async", "name")

    def __init__(
        self,
        call_id: str,
        name: str,
        function: Callable[[], Any],
        is_async: bool = False,
        arguments: str = "",
    ) -> None:
        self.call_id = call_id
        self.name = name
        self.function = function
        self.is_async = is_async
        self.arguments = arguments


class RunTools(NamedTuple):
    """Ask for functions to be called, so many at a time, in the run's round of this number.

    The outcome is a list of what each came to: its value, or the ToolError that it raised.
    """

    jobs: tuple[Job, ...]
    max_parallel: int
    round: int = 1
    thread_id: str = ""
    run_id: str = ""


Outcome: TypeAlias = "Reply | NoReply | list[object] | None"
Step: TypeAlias = "Send | Sleep | Save | RunTools | Grace | Begin | End | RateChanged"
Flow: TypeAlias = Generator[Step, Outcome, T]


def json_body(operation: str, body: object) -> bytes:
    """Encode a request, or say which operation cannot be asked for and why.

    Raises TypeError for a value that JSON has no form for (a set, a date), ValueError for one
    that only looks as if it had (NaN, infinity, half a surrogate pair, a cycle).
    """
    try:
        return _ENCODER.encode(body).encode("utf-8")
    except TypeError as error:
        raise TypeError(
            f"{operation}: the request must hold only what JSON can "
            f"(text, numbers, true, false, None, lists, mappings): {error}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{operation}: the request cannot be written as JSON: {error}") from error


def _json_form(value: object) -> object:
    """The JSON form of an object that json does not know: a model, a tool, or any mapping."""
    given: Any = value
    if hasattr(given, "to_dict"):
        return given.to_dict()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


# `json.dumps` would make one for each request.
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_json_form
)
