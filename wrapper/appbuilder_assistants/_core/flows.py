"""What to do, step by step, without doing it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TypeVar

from appbuilder_assistants.errors import ApiConnectionError, ApiStatusError

from .calls import Call, Flow, Question, Reply, Send, Sleep, StreamCall
from .decode import answer, not_a_stream, parse
from .retry import RetryPolicy

T = TypeVar("T")


def run_call(call: Call[T], *, retry: RetryPolicy) -> Flow[T]:
    """Send until there is an answer worth giving."""
    return _ask(call, retry, stream=False, read=lambda reply: parse(call, reply))


def open_stream(call: StreamCall, *, retry: RetryPolicy) -> Flow[Reply]:
    """Send until an event stream begins. It is never begun anew after that."""

    def read(reply: Reply) -> Reply:
        if reply.live is None:
            raise not_a_stream(call, reply)
        return reply

    return _ask(call, retry, stream=True, read=read)


def _ask(
    call: Question, retry: RetryPolicy, *, stream: bool, read: Callable[[Reply], T]
) -> Flow[T]:
    for attempt in count(1):
        outcome = yield Send(call.request, call.read_seconds, stream)
        try:
            return read(answer(call, outcome))
        except (ApiConnectionError, ApiStatusError) as error:
            wait = retry.delay(attempt, error, repeatable=call.repeatable)
            if wait is None:
                raise
        yield Sleep(wait)
    raise AssertionError("unreachable")
