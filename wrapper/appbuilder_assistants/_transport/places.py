"""A limit on the requests in a pool: as many as it has connections.

Further requests wait here, in the order of asking, and not in httpcore: it gives a new
connection to a queued request that has just been cancelled or has timed out, and that
connection then counts as in use for ever. When all of them do, every later call fails.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio


class FairSemaphore:
    """Counts free places, for threads; they are given in the order of asking."""

    def __init__(self, places: float) -> None:
        self.free = places
        # The collector may close a forgotten response, which releases its place, at any moment. An
        # Event has a lock that this thread may hold then.
        self._lock = threading.RLock()
        self._waiters: deque[threading.Lock] = deque()

    def try_acquire(self) -> bool:
        """Whether a place is free at once: never while others wait for one."""
        with self._lock:
            if self.free > 0:
                self.free -= 1
                return True
            return False

    def acquire(self, timeout: float | None) -> bool:
        """Whether a place became free within the timeout."""
        turn = threading.Lock()
        turn.acquire()
        with self._lock:
            if self.try_acquire():
                return True
            self._waiters.append(turn)
        acquired = False
        try:
            acquired = turn.acquire(timeout=-1 if timeout is None else timeout)
        finally:
            if not acquired:
                self._withdraw(turn)
        return acquired

    def release(self) -> None:
        with self._lock:
            if self._waiters:
                self._waiters.popleft().release()
            else:
                self.free += 1

    def _withdraw(self, turn: threading.Lock) -> None:
        with self._lock:
            try:
                self._waiters.remove(turn)
            except ValueError:  # its turn came in the very moment
                self.release()


class AsyncFairSemaphore:
    """As `FairSemaphore`, for the tasks of one event loop."""

    def __init__(self, places: float) -> None:
        self.free = places
        self._waiters: deque[asyncio.Future[bool]] = deque()

    def try_acquire(self) -> bool:
        """Whether a place is free at once."""
        if self.free > 0:
            self.free -= 1
            return True
        return False

    async def acquire(self, timeout: float | None) -> bool:
        """Whether a place became free within the timeout."""
        if self.try_acquire():
            return True
        import asyncio

        loop = asyncio.get_running_loop()
        turn: asyncio.Future[bool] = loop.create_future()
        self._waiters.append(turn)
        timer = None if timeout is None else loop.call_later(timeout, _give_up, turn)
        try:
            return await turn
        except BaseException:
            if turn.done() and not turn.cancelled() and turn.result():
                self.release()  # its turn came in the very moment of being cancelled
            raise
        finally:
            if timer is not None:
                timer.cancel()
            if turn in self._waiters:
                self._waiters.remove(turn)

    def release(self) -> None:
        while self._waiters:
            turn = self._waiters.popleft()
            # One of a loop that has been closed waits no more.
            if not turn.done() and not turn.get_loop().is_closed():
                turn.set_result(True)
                return
        self.free += 1


def _give_up(turn: asyncio.Future[bool]) -> None:
    if not turn.done():
        turn.set_result(False)
