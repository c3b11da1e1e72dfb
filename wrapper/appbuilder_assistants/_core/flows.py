"""Flows of one call: generators that ask for each step and never act."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from appbuilder_assistants.errors import (
    ApiConnectionError,
    ApiStatusError,
    AssistantsError,
    Attempt,
    ServerError,
)

from .calls import Begin, End, Flow, NoReply, Outcome, Reply, Retry, Save, Send, Sleep, Target
from .limits import PEEK
from .requests import JSON, Call, FileCall, OperationRequest, StreamCall
from .responses.decode import (
    EVENT_STREAM,
    expect_success,
    is_event_stream,
    no_reply_error,
    not_a_stream,
    parse,
)
from .retry import RetryPolicy, is_too_often

if TYPE_CHECKING:
    from .responses.raw import RawResponse

T = TypeVar("T")
Read: TypeAlias = Callable[[Call[Any], Reply], Any]

NO_VALUE = object()
"""In place of a value that may be None."""


def run_call(
    call: Call[T],
    *,
    retry: RetryPolicy,
    progress: CallProgress | None = None,
    read: Read = parse,
    first: Outcome = None,
) -> Flow[T]:
    """Send until a reply is final. `first` is that of an attempt already made."""
    return _send_with_retries(
        call, first_send(call), retry, lambda reply: read(call, reply), progress, first
    )


def make_call(
    call: Call[T],
    retry: RetryPolicy,
    progress: CallProgress | None = None,
    read: Read = parse,
    first: Outcome = None,
) -> Flow[T]:
    """As `run_call`, instrumented."""
    flow = run_call(call, retry=retry, progress=progress, read=read, first=first)
    return instrumented(call, flow)


def first_send(call: OperationRequest) -> Send:
    return Send(call.request, call.read_seconds)


def value_of(call: Call[Any], outcome: Outcome, read: Read) -> Any:
    """The value of an ordinary success; NO_VALUE for a reply that needs a flow."""
    if isinstance(outcome, Reply) and 200 <= outcome.status < 300:
        try:
            return read(call, outcome)
        except AssistantsError:  # the flow reads it again, and raises
            pass
    return NO_VALUE


def read_raw(call: Call[T], reply: Reply) -> RawResponse[T]:
    """The unprocessed reply, and its value."""
    from .responses.raw import RawResponse

    return RawResponse(reply.status, reply.headers, reply.body, parse(call, reply))


def open_stream(
    call: StreamCall, *, retry: RetryPolicy, progress: CallProgress | None = None
) -> Flow[Reply]:
    """Send until an event stream begins. There is no retry after that."""

    def read(reply: Reply) -> Reply:
        if reply.live is None:
            raise not_a_stream(call, reply)
        return reply

    accept = f"{EVENT_STREAM}, {JSON}"
    send = Send(call.request, call.read_seconds, accept, leave_open=is_event_stream)
    return _send_with_retries(call, send, retry, read, progress)


def save_file(call: FileCall, target: Target[T], *, retry: RetryPolicy) -> Flow[T]:
    """Send until a file begins, and save it. There is no retry after its first bytes."""
    from .responses.file_response import expect_file, is_named_file, may_be_file

    leave_open = is_named_file if call.named else may_be_file
    send = Send(call.request, call.read_seconds, "*/*", leave_open=leave_open, peek=PEEK)
    progress = CallProgress()
    reply = yield from _send_with_retries(
        call, send, retry, lambda reply: expect_file(call, reply), progress
    )
    no_reply = yield Save(reply, target)
    if isinstance(no_reply, NoReply):
        error = no_reply_error(call, no_reply)
        record_attempts(error, progress, reply, no_reply.seconds)
        raise error from no_reply.cause
    return target.result()


def instrumented(call: OperationRequest, flow: Flow[T], *, streaming: bool = False) -> Flow[T]:
    """As `flow`, and emit when the call begins and ends.

    A `streaming` call is over when its stream is: its reader says so.
    """
    yield Begin(call)
    try:
        result = yield from flow
    except AssistantsError as error:
        yield End(error=error)
        raise
    if not streaming:
        yield End(result)
    return result


def record_attempts(
    error: AssistantsError, progress: CallProgress, reply: Reply, seconds: float
) -> None:
    """Record the requests on the error of a reply that had begun well."""
    last = Attempt(str(error), reply.status, error.request_id, seconds)
    error.attempts = (*progress.tried, last)


class CallProgress:
    """The progress of one call, for cleaning up after it.

    `tried` are the requests that failed. `may_be_done` is False as long as it is certain that the
    service has not done what it was asked for; a request that is under way leaves that open.
    """

    def __init__(self) -> None:
        self.tried: list[Attempt] = []
        self.may_be_done = False


def may_be_done(error: AssistantsError) -> bool:
    """Whether the service may have done what it was asked for, though it came to this error."""
    if isinstance(error, ApiConnectionError):
        return error.reached_server
    if isinstance(error, ApiStatusError):
        return isinstance(error, ServerError)
    return True


def _send_with_retries(
    call: OperationRequest,
    send: Send,
    retry: RetryPolicy,
    read: Callable[[Reply], T],
    progress: CallProgress | None,
    first: Outcome = None,
) -> Flow[T]:
    progress = progress or CallProgress()
    send = send._replace(operation=call.operation)
    reached = False
    for attempt in count(1):
        done_before, progress.may_be_done = progress.may_be_done, True
        outcome, first = first or (yield send), None
        wait: float | None = None
        try:
            return read(expect_success(call, outcome))
        except AssistantsError as error:
            progress.may_be_done = done_before or may_be_done(error)
            reached = reached or not isinstance(outcome, NoReply) or outcome.reached_server
            if isinstance(error, (ApiConnectionError, ApiStatusError)):
                wait = retry.delay(attempt, error, repeatable=call.idempotent)
            progress.tried.append(_attempt(error, outcome, wait or 0.0))
            error.attempts = tuple(progress.tried)
            if wait is None or not call.request.can_be_sent_again():
                if isinstance(error, ApiConnectionError):
                    error.reached_server = reached
                raise
            reason = Retry(call.operation, attempt, str(error), is_too_often(error))
            late = yield Sleep(wait, reason)
            if isinstance(late, NoReply):
                raise _too_late(call, late, progress, error, reached) from error
        send = send._replace(attempt=attempt + 1)
    raise AssertionError("unreachable")


def _attempt(error: AssistantsError, outcome: Outcome, waited: float) -> Attempt:
    return Attempt(
        str(error),
        outcome.status if isinstance(outcome, Reply) else None,
        error.request_id,
        outcome.seconds if isinstance(outcome, (Reply, NoReply)) else 0.0,
        waited,
    )


def _quoted(error: AssistantsError) -> str:
    """The error's message without its request, which the error that quotes it names as well."""
    if isinstance(error, ApiStatusError):
        code = f" {error.code}" if error.code else ""
        return f"{error.status_code}{code}: {error.message}"
    return error.message


def _too_late(
    call: OperationRequest,
    late: NoReply,
    progress: CallProgress,
    last: AssistantsError,
    reached: bool,
) -> AssistantsError:
    """The error for a deadline that leaves no time for the next attempt."""
    message = f"{late.message}, and before it: {_quoted(last)}"
    no_reply = late._replace(message=message, request_id=last.request_id, reached_server=reached)
    error = no_reply_error(call, no_reply)
    progress.tried[-1] = progress.tried[-1]._replace(waited=0.0)
    error.attempts = tuple(progress.tried)
    return error
