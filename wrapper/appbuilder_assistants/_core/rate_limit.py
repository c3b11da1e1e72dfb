"""The rate limit of a client: a queue of turns, and a rate that follows the service's refusals."""

from __future__ import annotations

from bisect import bisect
from collections import deque
from collections.abc import Generator
from typing import Protocol, TypeVar

from .calls import AwaitedTurn, End, Flow, NoReply, Outcome, RateChanged, Send, Sleep, Step
from .retry import is_too_often

T = TypeVar("T")

START = 4.0
"""Calls a second after the first refusal of a client without a rate limit: nothing is known yet."""

LOWEST = 0.25
"""Calls a second that are left to such a client at least."""

LOWEST_SHARE = 0.25
"""The share of a given rate limit that is left at least."""

GROWTH = 1.15
"""The factor for the rate after a window in which it was needed and nothing was refused.

The smaller it is, the fewer requests are refused when the rate has grown above the quota: with this
one hardly any three times in a row.
"""

FORGET_SECONDS = 60.0
"""How long after the last refusal a client without a rate limit is limited."""

DRIFT = 1.001
"""The factor by which a window is longer here: the service's clock may be a bit faster."""


class Turn:
    """The place of one request in the queue, and when it was sent."""

    __slots__ = ("counted", "number", "sent")

    def __init__(self, number: int) -> None:
        self.number = number
        self.sent: float | None = None
        self.counted = False


class RateLimiter:
    """Gives turns in order, and in no window more than the rate allows.

    The service counts a request at some instant between its sending and its answer, unknown to
    the client. So a request counts from its sending to one window after its answer: so no window of
    the service's has more, however unequal the ways are. One without an answer is taken to have
    been counted a window after it was sent. `now` is of one monotonic clock.
    """

    def __init__(self, given: float | None) -> None:
        self.given = given
        self.rate = given
        self.changes: list[float | None] = []
        self._next = 0
        self._waiting: list[int] = []
        self._sent: deque[Turn] = deque()
        self._under_way = 0
        self._ends: deque[float] = deque()
        self._changed = float("-inf")
        self._grows_at = float("-inf")
        self._was_needed = False

    def join(self) -> Turn:
        """A new turn, behind all others."""
        self._next += 1
        self._waiting.append(self._next)
        return Turn(self._next)

    def ask(self, turn: Turn, now: float) -> float:
        """0 when the request may be sent, which then counts; or the seconds to wait at least."""
        self._advance(now)
        if self.rate is None:
            self._leave(turn)
            return 0.0
        calls, window = _window(self.rate)
        place = bisect(self._waiting, turn.number) - 1
        used = self._under_way + len(self._ends)
        if place < calls - used:
            self._leave(turn)
            turn.sent = now
            self._sent.append(turn)
            self._under_way += 1
            return 0.0
        self._was_needed = True
        index = place + used - calls  # of the request that has to end first
        if index < len(self._ends):
            return max(self._ends[index] - now, 0.0)
        return window * (1 + max(0, index - used) // calls)

    def end(self, turn: Turn, now: float) -> None:
        """The request was answered, or failed, or will not be sent."""
        if turn.sent is None:
            self._leave(turn)
        elif not turn.counted:
            self._count(turn, now)

    def refuse(self, turn: Turn | None, now: float) -> None:
        """The service says that this request came too often: halve the rate.

        Once for all that were sent before the rate last changed. `turn` is None for a request that
        was sent when there was no limit.
        """
        if self.rate is None:
            self.rate = START
            # No own requests are in the window: it is taken to be full from now on.
            calls, window = _window(START)
            self._ends.extend([now + window] * calls)
        elif turn is None or turn.sent is None or turn.sent <= self._changed:
            return
        else:
            lowest = LOWEST if self.given is None else self.given * LOWEST_SHARE
            used = self._under_way + len(self._ends)
            calls, window = _window(self.rate)
            reached = self.rate if used >= calls else used / window
            self.rate = max(reached / 2, lowest)
        self._changed = now
        self._grows_at = now + _window(self.rate)[1]
        self._was_needed = False
        self.changes.append(self.rate)

    def _advance(self, now: float) -> None:
        """Apply the time that has passed: windows end, and the rate recovers."""
        window = _window(self.rate)[1]
        while self._sent and (self._sent[0].counted or _sent(self._sent[0]) + window <= now):
            turn = self._sent.popleft()
            if not turn.counted:
                self._count(turn, _sent(turn) + window)
        while self._ends and self._ends[0] <= now:
            self._ends.popleft()
        if self.rate == self.given or now < self._grows_at:
            return
        if self.given is None and now - self._changed >= FORGET_SECONDS:
            self.rate = None
        elif self._was_needed and self.rate is not None:
            self.rate = min(self.rate * GROWTH, self.given or float("inf"))
        if self.rate == self.given:
            self.changes.append(self.rate)
        self._was_needed = False
        self._grows_at = now + window

    def _count(self, turn: Turn, at: float) -> None:
        turn.counted = True
        self._under_way -= 1
        end = at + _window(self.rate)[1]
        self._ends.append(max(end, self._ends[-1]) if self._ends else end)

    def _leave(self, turn: Turn) -> None:
        place = bisect(self._waiting, turn.number) - 1
        if place >= 0 and self._waiting[place] == turn.number:
            del self._waiting[place]


def _window(rate: float | None) -> tuple[int, float]:
    """The calls of a window, and its seconds: one, or as many as one call needs."""
    if rate is None or rate >= 1:
        return int(rate or 1), DRIFT
    return 1, DRIFT / rate


def _sent(turn: Turn) -> float:
    assert turn.sent is not None
    return turn.sent


class Limiter(Protocol):
    """A rate limiter with a clock, that threads share."""

    @property
    def rate(self) -> float | None: ...
    def join(self) -> Turn: ...
    def ask(self, turn: Turn) -> float: ...
    def end(self, turn: Turn) -> None: ...
    def refuse(self, turn: Turn | None) -> None: ...
    def take_changes(self) -> list[float | None]: ...


LONGEST_SLEEP = 1.0
"""Seconds after which a waiting request asks again: the rate may have grown."""


def paced(flow: Flow[T], limiter: Limiter) -> Flow[T]:
    """As `flow`; each request waits for its turn, and the rate falls after a refusal."""
    outcome: Outcome = None
    failure: BaseException | None = None
    turn: Turn | None = None
    while True:
        try:
            step = flow.send(outcome) if failure is None else flow.throw(failure)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]
        outcome = failure = None
        if _is_refusal(step):
            limiter.refuse(turn)
            for rate in limiter.take_changes():
                yield RateChanged(rate, refused=True)
        try:
            if isinstance(step, Send) and limiter.rate is not None:
                turn = limiter.join()
                outcome = yield from _in_turn(step, limiter, turn)
            else:
                turn = None if isinstance(step, Send) else turn
                outcome = yield step
        except BaseException as error:  # noqa: BLE001 - the flow raises it again
            failure = error


def _in_turn(step: Send, limiter: Limiter, turn: Turn) -> Generator[Step, Outcome, Outcome]:
    """The outcome of the request, sent when it is its turn, or overdue if that is too late."""
    try:
        awaited: AwaitedTurn | None = AwaitedTurn(step.operation, limiter.rate)
        while (seconds := limiter.ask(turn)) > 0:
            late = yield Sleep(min(seconds, LONGEST_SLEEP), at_least=seconds, turn=awaited)
            awaited = None
            if isinstance(late, NoReply):
                pace = f"{limiter.rate:g} a second" if limiter.rate else "no limit any more"
                message = f"the deadline does not leave time to wait for a turn (requests: {pace})"
                return late._replace(message=message, reached_server=False)
        for rate in limiter.take_changes():
            yield RateChanged(rate)
        return (yield step)
    finally:
        limiter.end(turn)


def _is_refusal(step: Step) -> bool:
    if isinstance(step, Sleep):
        return step.retry is not None and step.retry.too_often
    return isinstance(step, End) and is_too_often(step.error)
