"""What to do, step by step, without doing it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TypeVar

from appbuilder_assistants.errors import ApiConnectionError, ApiStatusError

from .calls import (
    JSON,
    Call,
    FileCall,
    Flow,
    Lost,
    Question,
    Reply,
    Save,
    Send,
    Sleep,
    StreamCall,
    Target,
)
from .decode import EVENT_STREAM, answer, is_event_stream, lost_error, not_a_stream, parse
from .files import PEEK, begun, is_named_file, may_be_file
from .retry import RetryPolicy

T = TypeVar("T")


def run_call(call: Call[T], *, retry: RetryPolicy) -> Flow[T]:
    """Send until there is an answer worth giving."""
    send = Send(call.request, call.read_seconds)
    return _ask(call, send, retry, lambda reply: parse(call, reply))


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


def _ask(call: Question, send: Send, retry: RetryPolicy, read: Callable[[Reply], T]) -> Flow[T]:
    for attempt in count(1):
        outcome = yield send
        try:
            return read(answer(call, outcome))
        except (ApiConnectionError, ApiStatusError) as error:
            wait = retry.delay(attempt, error, repeatable=call.repeatable)
            if wait is None or not call.request.can_be_sent_again():
                raise
        yield Sleep(wait)
    raise AssertionError("unreachable")
