"""The steps that a flow asks for, and their outcomes."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

from .limits import LOOK_UP_SECONDS, MAX_QUOTED
from .redaction import NO_SECRET, Secret

if TYPE_CHECKING:
    from appbuilder_assistants._models import StreamRunMessage, StreamRunStatus

    from .multipart import MultipartBody

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

JSON = "application/json"
REQUEST_ID = "x-appbuilder-request-id"


# What a flow asks for is a named tuple, made and imported at little cost. What holds contents or
# headers is not: tracebacks may be shown with their variables, and tuples with all that is in them.


class Request:
    """One HTTP request, before the gateway and the credentials are known.

    `path` is without the query, whose parameters are in `query`.
    """

    __slots__ = ("body", "method", "path", "query")

    def __init__(
        self, method: str, path: str, body: bytes | MultipartBody, query: Mapping[str, str] = {}
    ) -> None:
        self.method = method
        self.path = path
        self.body = body
        self.query = query

    @property
    def content_type(self) -> str:
        return JSON if isinstance(self.body, bytes) else self.body.content_type

    def can_be_sent_again(self) -> bool:
        """Whether the whole body can be had once more: a pipe is read once."""
        return isinstance(self.body, bytes) or self.body.file.can_rewind()


class OperationRequest:
    """One operation of the API, with what it is asked.

    `operation` is its operationId. `idempotent` says that doing it twice does no harm: every
    operation is a POST, so the method does not say. `read_seconds` is the longest silence to
    put up with unless the client says otherwise.
    """

    def __init__(
        self,
        *,
        operation: str,
        request: Request,
        idempotent: bool,
        read_seconds: float = LOOK_UP_SECONDS,
    ) -> None:
        self.operation = operation
        self.request = request
        self.idempotent = idempotent
        self.read_seconds = read_seconds


class Call(OperationRequest, Generic[T_co]):
    """A request with one reply, and how to read it.

    Where `null_is_unknown`, null for an object says that none has the id.
    """

    def __init__(
        self,
        *,
        operation: str,
        request: Request,
        idempotent: bool,
        parse: Callable[[dict[str, Any]], T_co],
        read_seconds: float = LOOK_UP_SECONDS,
        null_is_unknown: bool = False,
    ) -> None:
        self.operation = operation
        self.request = request
        self.idempotent = idempotent
        self.read_seconds = read_seconds
        self.parse = parse
        self.null_is_unknown = null_is_unknown


class StreamCall(OperationRequest):
    """A request that is answered by events, and how to read their payloads.

    `run_id` and `thread_id` are those of a run to continue; those of a new one are not known.
    """

    def __init__(
        self,
        *,
        read_status: Callable[[dict[str, Any]], StreamRunStatus],
        read_message: Callable[[dict[str, Any]], StreamRunMessage],
        run_id: str | None = None,
        thread_id: str | None = None,
        **operation: Any,
    ) -> None:
        super().__init__(**operation)
        self.read_status = read_status
        self.read_message = read_message
        self.run_id = run_id
        self.thread_id = thread_id


class FileCall(OperationRequest):
    """A request that is answered by the bytes of a file; by a `named` one, only under its name."""

    def __init__(self, *, named: bool, **operation: Any) -> None:
        super().__init__(**operation)
        self.named = named


def never(status: int, headers: Mapping[str, str]) -> bool:
    """Leave no reply open."""
    return False


class Send(NamedTuple):
    """Ask for the request to be sent.

    The body of a reply that `leave_open` is true of stays unread behind its first `peek` bytes.
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
    """Which attempt of which operation failed, and how."""

    operation: str
    attempt: int
    reason: str


class Sleep(NamedTuple):
    """Ask for a pause. The outcome is None, or at once a `NoReply` when the deadline is nearer."""

    seconds: float
    retry: Retry | None = None


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

    `headers` has lower-case names, or ignores case. `live` is what is still to come of a body
    that was left open, None when `body` has all of it. Of a body that is longer than may be read
    there are only the first MAX_QUOTED bytes: it is `cut_short`. `received_at` is in seconds since
    the epoch, `seconds` is how long it took. `sent_id` is the request id that was sent. `redactor`
    takes the token out of the server's texts: a reply is returned as it came, but quoted without
    it.
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
        """Get ready, now that the reply's headers are known."""

    def write(self, data: bytes) -> None: ...

    def finish(self) -> None:
        """All bytes have come."""

    def abandon(self) -> None:
        """Leave nothing behind. Does nothing once finished."""

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
Step: TypeAlias = "Send | Sleep | Save | RunTools | Grace | Begin | End"
Flow: TypeAlias = Generator[Step, Outcome, T]


def json_body(operation: str, body: object) -> bytes:
    """Encode a request, or say which operation cannot be asked for and why.

    Raises TypeError for a value that JSON has no form for (a set, a date), ValueError for one
    that only looks as if it had (NaN, infinity, half a surrogate pair, a cycle).
    """
    try:
        text = json.dumps(
            body, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_json_form
        )
        return text.encode("utf-8")
    except TypeError as error:
        raise TypeError(
            f"{operation}: the request must hold only what JSON can "
            f"(text, numbers, true, false, None, lists, mappings): {error}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{operation}: the request cannot be written as JSON: {error}") from error


def _json_form(value: object) -> object:
    """The JSON form of an object that json does not know: a model, a tool, or any mapping."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
