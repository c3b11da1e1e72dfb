"""The limits on requests: a rate, and a budget of runs."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from .target import EXPENSIVE

UNTOLD = 2.0  # seconds for a service that does not say how long


class RunBudgetExhausted(Exception):
    """The budget of runs is spent: the request was not sent."""


class RateLimiter:
    """Lets requests begin at most so many times a second; from any thread."""

    def __init__(
        self,
        per_second: float | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._apart = 1 / per_second if per_second else 0.0
        self._clock = clock
        self._sleep = sleep
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Wait for this request's turn."""
        with self._lock:
            turn = max(self._next, self._clock())
            self._next = turn + self._apart
        if (rest := turn - self._clock()) > 0:
            self._sleep(rest)

    def pause(self, seconds: float) -> None:
        """Let no request begin for this time, because the server asked for it."""
        with self._lock:
            self._next = max(self._next, self._clock() + seconds)


class RunBudget:
    """Counts the requests that let a model work, and stops at a limit."""

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self.made: Counter[str] = Counter()

    def take(self, operation_id: str) -> None:
        """Count a request that is about to be sent. Raises RunBudgetExhausted."""
        if operation_id not in EXPENSIVE:
            return
        if self.limit is not None and self.made.total() >= self.limit:
            raise RunBudgetExhausted(
                f"{operation_id} was not sent: all {self.limit} runs that were stated are made. "
                "More are allowed by RUNS=…"
            )
        self.made[operation_id] += 1

    def give_back(self, operation_id: str) -> None:
        """Return a run to the budget: the server refused it."""
        if operation_id in EXPENSIVE:
            self.made[operation_id] -= 1


def parse_retry_after(retry_after: str) -> float:
    """The seconds of a Retry-After header, which is a number or a date."""
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        date = parsedate_to_datetime(retry_after)
    except ValueError:
        return UNTOLD
    return max(0.0, (date - datetime.now(UTC)).total_seconds())
