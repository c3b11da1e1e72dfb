"""Work that may block for ever, such as reading a FIFO, in threads of its own.

They are daemon threads, one for each piece of work: neither an event loop, a deadline nor the end
of the program waits for them. The threads of an executor would be waited for.
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

from .cancellation import running_loop

T = TypeVar("T")


def within(deadline: float | None, work: Callable[[], T], discard: Callable[[T], None]) -> T:
    """The result of the work by `deadline`, or TimeoutError; a later result is discarded.

    Without a deadline it is done here, where an interrupt reaches it.
    """
    if deadline is None:
        return work()
    job = _Job(work, discard)
    job.start()
    try:
        if job.over.wait(max(deadline - time.monotonic(), 0)):
            return job.result()
        raise TimeoutError
    except BaseException:
        job.abandon()
        raise


async def off_loop(work: Callable[[], T], discard: Callable[[T], None]) -> T:
    """As `within`, for an event loop, which runs on. A cancelled caller does not wait for it."""
    loop = running_loop()
    woken = loop.create_future()

    def wake() -> None:
        if not woken.done():
            woken.set_result(None)

    def over() -> None:
        with suppress(RuntimeError):  # the loop has been closed meanwhile
            loop.call_soon_threadsafe(wake)

    job = _Job(work, discard, over)
    job.start()
    try:
        await woken
    except BaseException:
        job.abandon()
        raise
    return job.result()


class _Job(Generic[T]):
    """One piece of work, and who waits for it, if anybody still does."""

    def __init__(
        self,
        work: Callable[[], T],
        discard: Callable[[T], None],
        then: Callable[[], None] = lambda: None,
    ) -> None:
        self.over = threading.Event()
        self._work = work
        self._discard = discard
        self._then = then
        self._lock = threading.Lock()
        self._abandoned = False
        self._results: list[T] = []
        self._error: BaseException | None = None

    def start(self) -> None:
        run = contextvars.copy_context().run
        threading.Thread(target=run, args=(self._run,), daemon=True).start()

    def abandon(self) -> None:
        """Nobody waits any more: what the work gives, or has given, is discarded."""
        with self._lock:
            self._abandoned = True
            over = self.over.is_set()
        if over:
            self._drop()

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        return self._results[0]

    def _run(self) -> None:
        try:
            self._results.append(self._work())
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            self._error = error
        with self._lock:
            self.over.set()
            abandoned = self._abandoned
        if not abandoned:
            self._then()
        else:
            self._drop()

    def _drop(self) -> None:
        for result in self._results:
            with suppress(Exception):
                self._discard(result)
