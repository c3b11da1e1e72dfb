"""What to do, step by step, without doing it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import TypeVar

from appbuilder_assistants.errors import (
    ApiConnectionError,
    ApiStatusError,
    AssistantsError,
    Attempt,
    DeadlineExceededError,
)

from .calls import (
    CANCEL_SECONDS,
    JSON,
    Begin,
    Call,
    End,
    FileCall,
    Flow,
    Grace,
    Lost,
    Outcome,
    Question,
    Reply,
    Retry,
    Save,
    Send,
    Sleep,
    StreamCall,
    Target,
)
from .decode import EVENT_STREAM, answer, is_event_stream, lost_error, not_a_stream, parse
from .files import PEEK, begun, is_named_file, may_be_file
from .raw import RawResponse
from .retry import RetryPolicy

T = TypeVar("T")


def run_call(call: Call[T], *, retry: RetryPolicy) -> Flow[T]:
    """Send until there is an answer worth giving."""
    send = Send(call.request, call.read_seconds)
    return _ask(call, send, retry, lambda reply: parse(call, reply))


def run_raw_call(call: Call[T], *, retry: RetryPolicy) -> Flow[RawResponse[T]]:
    """As `run_call`, with the answer as it came."""

    def read(reply: Reply) -> RawResponse[T]:
        return RawResponse(reply.status, reply.headers, reply.body, parse(call, reply))

    send = Send(call.request, call.read_seconds)
    return _ask(call, send, retry, read)


def open_stream(call: StreamCall, *, retry: RetryPolicy) -> Flow[Reply]:
    """Send until an event stream begins. It is never begun anew after that."""

    def read(reply: Reply) -> Reply:
        if reply.live is None:
            raise not_a_stream(call, reply)
        return reply

    accept = f"{EVENT_STREAM}, {JSON}"
    send = Send(call.request, call.read_seconds, accept, leave_open=is_event_stream)
    return _ask(call, send, retry, read)


def save_file(call: FileCall, target: Target[T], *, retry: RetryPolicy) -> Flow[T]:
    """Send until a file begins, and save it. It is never begun anew after its first bytes."""
    leave_open = is_named_file if call.named else may_be_file
    send = Send(call.request, call.read_seconds, "*/*", leave_open=leave_open, peek=PEEK)
    reply = yield from _ask(call, send, retry, lambda reply: begun(call, reply))
    lost = yield Save(reply, target)
    if isinstance(lost, Lost):
        raise lost_error(call, lost) from lost.cause
    return target.result()


def watched(call: Question, flow: Flow[T], *, goes_on: bool = False) -> Flow[T]:
    """As `flow`, and say when the call begins and ends, to those who watch.

    A call that `goes_on` is a stream: who reads it says when it is over.
    """
    yield Begin(call)
    try:
        result = yield from flow
    except AssistantsError as error:
        yield End(error=error)
        raise
    if not goes_on:
        yield End(result)
    return result


def cancelling(
    flow: Flow[T], find: Callable[[], Flow[Call[object] | None]], *, retry: RetryPolicy
) -> Flow[T]:
    """As `flow`; when its deadline passes, `find` the call that cancels its run, and carry it out.

    What came of that is on the error: `cancelled`, or in its message why not.
    """
    try:
        return (yield from flow)
    except DeadlineExceededError as error:
        yield from cancel_late(error, find, retry=retry)
        raise


def cancel_late(
    error: DeadlineExceededError,
    find: Callable[[], Flow[Call[object] | None]],
    *,
    retry: RetryPolicy,
) -> Flow[None]:
    """Cancel the run whose call is overdue, within a few seconds of grace."""
    yield Grace(CANCEL_SECONDS)
    try:
        call = yield from find()
        if call is None:
            error.message += "; the run could not be told from others, and may be going on"
            return
        yield from watched(call, run_call(call, retry=retry))
    except AssistantsError as failure:
        error.message += f"; cancelling the run failed ({failure}), it may be going on"
    else:
        error.cancelled = True
        error.message += "; the run was cancelled"


def known(call: Call[T]) -> Callable[[], Flow[Call[T] | None]]:
    """A `find` for a run whose id is known: nothing has to be asked."""

    def find() -> Flow[Call[T] | None]:
        yield from ()
        return call

    return find


def _ask(call: Question, send: Send, retry: RetryPolicy, read: Callable[[Reply], T]) -> Flow[T]:
    tried: list[Attempt] = []
    send = replace(send, operation=call.operation)
    for attempt in count(1):
        outcome = yield send
        wait: float | None = None
        try:
            return read(answer(call, outcome))
        except AssistantsError as error:
            if isinstance(error, (ApiConnectionError, ApiStatusError)):
                wait = retry.delay(attempt, error, repeatable=call.repeatable)
            tried.append(_attempt(error, outcome, wait or 0.0))
            error.attempts = tuple(tried)
            if wait is None or not call.request.can_be_sent_again():
                raise
            reason = str(error)
            late = yield Sleep(wait, Retry(call.operation, attempt, reason))
            if isinstance(late, Lost):
                raise _too_late(call, late, tried, reason) from error
        send = replace(send, attempt=attempt + 1)
    raise AssertionError("unreachable")


def _attempt(error: AssistantsError, outcome: Outcome, waited: float) -> Attempt:
    return Attempt(
        str(error),
        outcome.status if isinstance(outcome, Reply) else None,
        error.request_id,
        outcome.seconds if isinstance(outcome, (Reply, Lost)) else 0.0,
        waited,
    )


def _too_late(call: Question, late: Lost, tried: list[Attempt], reason: str) -> AssistantsError:
    """The error for a deadline that leaves no time for the next attempt."""
    message = f"{late.message}, and before it: {reason}"
    error = lost_error(call, replace(late, message=message, request_id=tried[-1].request_id))
    tried[-1] = replace(tried[-1], waited=0.0)
    error.attempts = tuple(tried)
    return error
