"""Events for hooks: the begin, the attempts, the retries and the end of a call.

    def count(event: HookEvent) -> None:
        if isinstance(event, AttemptFinished):
            requests.labels(event.operation, event.status_code).inc()

    client = AppBuilder(event_hooks=[count])

A hook is a plain function, called where the call runs (on the event loop, for the asynchronous
client), so it must be quick. Its exceptions are logged and go no further. Every event of one call,
round or tool has the same `call_id`. No event holds a token, or any content except an assistant's
name and the quotation in an error.

A hook with a true attribute `captures_content` also gets `ContentRecorded`, which has the texts of
people, the model and functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

__all__ = [
    "AttemptFinished",
    "CallFinished",
    "CallStarted",
    "ContentRecorded",
    "EventHook",
    "FirstEventReceived",
    "HookEvent",
    "RateLimitChanged",
    "RetryScheduled",
    "ToolFinished",
    "ToolRoundFinished",
    "ToolRoundStarted",
    "ToolStarted",
    "TurnAwaited",
]


@dataclass(frozen=True, slots=True)
class CallStarted:
    """A call begins. `ids` holds those in its request: `assistant_id`, `thread_id`, `model`, …

    `path` is relative to `gateway_url`. A call that continues a run has its `run_id`. A run
    with tools is reported as a call, too, with the operation `run_with_tools` and no method or
    path; the calls that it consists of have its `call_id` as their `parent_id`.
    """

    call_id: int
    operation: str
    method: str
    path: str
    ids: Mapping[str, str] = field(default_factory=dict)
    gateway_url: str = ""
    parent_id: int | None = None


@dataclass(frozen=True, slots=True)
class AttemptFinished:
    """One request has got a response, or has failed.

    `seconds` passed until the response's headers, or its whole body where that is read at once.
    `status_code` is None without a response; then `error` is the reason.
    """

    call_id: int
    operation: str
    method: str
    path: str
    attempt: int
    status_code: int | None
    seconds: float
    request_id: str | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class RetryScheduled:
    """A call is retried after a pause of `seconds`, because attempt number `attempt` failed.

    `status_code` and `request_id` are those of that attempt, as in AttemptFinished.
    """

    call_id: int
    operation: str
    attempt: int
    seconds: float
    reason: str
    method: str = ""
    path: str = ""
    status_code: int | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class RateLimitChanged:
    """The client now sends at most so many calls a second, all of its calls together.

    `refused` when that is because the service refused the call `call_id` for its rate; else the
    rate has recovered, to the client's own `rate_limit`, or to None, no limit.
    """

    call_id: int
    calls_per_second: float | None
    refused: bool


@dataclass(frozen=True, slots=True)
class TurnAwaited:
    """A request of the call waits for its turn, for `seconds` at least, by the rate limit.

    The client sends `calls_per_second` at the moment. The wait counts as the call's own seconds.
    """

    call_id: int
    operation: str
    calls_per_second: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class FirstEventReceived:
    """The first event of a stream has come, `seconds` after its call began."""

    call_id: int
    operation: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ContentRecorded:
    """Content sent or received: only for a hook with a true attribute `captures_content`.

    `kind` is "request" (the JSON of the call `call_id`), "output" (the text of the run's messages),
    "arguments" (the JSON that a function is called with) or "result" (what it returned, as text).
    A token of 16 characters or more is redacted in it.
    """

    call_id: int
    kind: str
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CallFinished:
    """A call is over, with its `result` or `error`.

    A stream is over when it is closed; its result is the run's last state, None before the first
    event. `seconds` are those of the whole call, with its retries.
    """

    call_id: int
    operation: str
    seconds: float
    result: object = field(default=None, repr=False)
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class ToolRoundStarted:
    """A run waits for functions, `tools` by name; this is the run's round number `round`.

    `parent_id` is the `call_id` of the run with tools.
    """

    call_id: int
    round: int
    run_id: str
    thread_id: str
    tools: tuple[str, ...]
    parent_id: int | None = None


@dataclass(frozen=True, slots=True)
class ToolRoundFinished:
    """All functions of the round have returned, or `error` has ended it."""

    call_id: int
    seconds: float
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """A function is called, in the thread or task of this event. `round_id` is its round's."""

    call_id: int
    round_id: int
    name: str
    tool_call_id: str


@dataclass(frozen=True, slots=True)
class ToolFinished:
    """It has returned; or `error`, which may be reported to the model only."""

    call_id: int
    seconds: float
    error: BaseException | None = None


HookEvent: TypeAlias = (
    CallStarted
    | AttemptFinished
    | RetryScheduled
    | RateLimitChanged
    | TurnAwaited
    | FirstEventReceived
    | ContentRecorded
    | CallFinished
    | ToolRoundStarted
    | ToolRoundFinished
    | ToolStarted
    | ToolFinished
)
EventHook: TypeAlias = Callable[[HookEvent], object]
