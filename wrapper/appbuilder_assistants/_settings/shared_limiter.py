"""A rate limiter that the threads, tasks and copies of one client share."""

from __future__ import annotations

import math
import os
import time
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from appbuilder_assistants._core.rate_limit import RateLimiter, Turn

_instances: WeakSet[SharedLimiter] = WeakSet()


class SharedLimiter:
    """A `RateLimiter` with a clock and a lock, made when the first turn is asked for.

    `rate` is how many requests a second are allowed now; None for any number. One that was given as
    infinity stays so, whatever the service refuses.
    """

    def __init__(self, rate: float | None = None) -> None:
        self._adapts = rate != math.inf
        self.rate = self._given = rate if self._adapts else None
        self._limiter: RateLimiter | None = None
        self._lock = Lock()
        _instances.add(self)

    def join(self) -> Turn:
        with self._lock:
            return self._made().join()

    def ask(self, turn: Turn) -> float:
        with self._lock:
            limiter = self._made()
            seconds = limiter.ask(turn, time.monotonic())
            self.rate = limiter.rate
            return seconds

    def end(self, turn: Turn) -> None:
        with self._lock:
            self._made().end(turn, time.monotonic())

    def refuse(self, turn: Turn | None) -> None:
        if not self._adapts:
            return
        with self._lock:
            limiter = self._made()
            limiter.refuse(turn, time.monotonic())
            self.rate = limiter.rate

    def take_changes(self) -> list[float | None]:
        """The rates that came since the last time, for hooks and the log."""
        with self._lock:
            limiter = self._made()
            changes, limiter.changes = limiter.changes, []
            return changes

    def after_fork(self) -> None:
        """Forget the parent's turns, and a lock that one of its threads may have held."""
        self.rate, self._limiter, self._lock = self._given, None, Lock()

    def _made(self) -> RateLimiter:
        if self._limiter is None:
            from appbuilder_assistants._core.rate_limit import RateLimiter

            self._limiter = RateLimiter(self._given)
        return self._limiter


def _after_fork() -> None:
    for instance in list(_instances):
        instance.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
