"""A service with a quota in simulated time, and a limiter with a clock of the test's own."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count, islice
from typing import Any

from appbuilder_assistants import RateLimitError, RetryPolicy
from appbuilder_assistants._core.calls import Flow, RateChanged, Send, Sleep, Step
from appbuilder_assistants._core.flows import run_call
from appbuilder_assistants._core.rate_limit import RateLimiter, Turn, paced

from tests.core.calls import look_up, reply

RUN = reply(200, {"id": "r"})


class Clocked:
    """A limiter with a clock that the test sets."""

    def __init__(self, given: float | None) -> None:
        self.limiter = RateLimiter(given)
        self.now = 0.0

    @property
    def rate(self) -> float | None:
        return self.limiter.rate

    def join(self) -> Turn:
        return self.limiter.join()

    def ask(self, turn: Turn) -> float:
        return self.limiter.ask(turn, self.now)

    def end(self, turn: Turn) -> None:
        self.limiter.end(turn, self.now)

    def refuse(self, turn: Turn | None) -> None:
        self.limiter.refuse(turn, self.now)

    def take_changes(self) -> list[float | None]:
        changes, self.limiter.changes = self.limiter.changes, []
        return changes


class Simulation:
    """Flows at once, against a service that is as far away as `way` says, in simulated time.

    The service counts a request somewhere on its way, and `answers` it by the number of the
    request. `counted` are the times, `done` the flows in the order of their first requests.
    """

    def __init__(
        self,
        limiter: Clocked,
        way: Callable[[], float],
        answers: Callable[[int], Any] = lambda _: RUN,
    ) -> None:
        self.limiter = limiter
        self.way = way
        self.answers = answers
        self.counted: list[float] = []
        self.begun: list[int] = []
        self.results: list[Any] = []
        self.changes: list[RateChanged] = []
        self._events: list[tuple[float, int, Flow[Any], Any]] = []
        self._order = count()

    def run(self, flows: int, retry: RetryPolicy, at_once: int | None = None) -> None:
        more = (self._flow(number, retry) for number in range(flows))
        for flow in islice(more, at_once):
            self._at(0.0, flow, None)
        while self._events:
            self.limiter.now, _, flow, outcome = heapq.heappop(self._events)
            try:
                self._carry_out(flow, flow.send(outcome))
                continue
            except StopIteration as stop:
                self.results.append(stop.value)
            except RateLimitError as error:
                self.results.append(error)
            for flow in islice(more, 1):
                self._at(self.limiter.now, flow, None)

    def _flow(self, number: int, retry: RetryPolicy) -> Flow[Any]:
        def noted() -> Flow[Any]:
            flow = run_call(look_up(), retry=retry)
            step = flow.send(None)
            outcome = yield step
            self.begun.append(number)
            while True:
                try:
                    outcome = yield flow.send(outcome)
                except StopIteration as stop:
                    return stop.value

        return paced(noted(), self.limiter)

    def _carry_out(self, flow: Flow[Any], step: Step) -> None:
        now = self.limiter.now
        if isinstance(step, Send):
            there, back = self.way(), self.way()
            self.counted.append(now + there)
            self._at(now + there + back, flow, self.answers(len(self.counted)))
        elif isinstance(step, Sleep):
            self._at(now + step.seconds, flow, None)
        else:
            if isinstance(step, RateChanged):
                self.changes.append(step)
            self._at(now, flow, None)

    def _at(self, when: float, flow: Flow[Any], outcome: Any) -> None:
        heapq.heappush(self._events, (when, next(self._order), flow, outcome))


def most_in_a_window(times: list[float], seconds: float) -> int:
    times = sorted(times)
    return max(sum(t <= u < t + seconds for u in times) for t in times)
