"""Work that may block for ever, such as reading a FIFO, in threads of its own.

They are daemon threads, one for each piece of work, or for a file that is read ahead: neither an
event loop, a deadline nor the end of the program waits for them. The threads of an executor would
be waited for.
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from .cancellation import running_loop

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")

AHEAD = 2
"""The number of pieces of a file that are read ahead."""


def within(deadline: float | None, work: Callable[[], T], discard: Callable[[T], None]) -> T:
    """The result of the work by `deadline`, or TimeoutError; a later result is discarded.

    Without a deadline it is done here, where an interrupt reaches it.
    """
    if deadline is None:
        return work()
    from concurrent.futures import TimeoutError as NotInTime

    future = _begin(work, discard)
    try:
        return future.result(max(deadline - time.monotonic(), 0))
    except NotInTime:
        _abandon(future, discard)
        raise TimeoutError from None
    except BaseException:
        _abandon(future, discard)
        raise


async def off_loop(work: Callable[[], T], discard: Callable[[T], None]) -> T:
    """As `within`, for an event loop, which runs on. A cancelled caller does not wait for it."""
    import asyncio

    running_loop()
    future = _begin(work, discard)
    try:
        return await asyncio.wrap_future(future)
    except BaseException:
        _abandon(future, discard)
        raise


async def read_ahead(read: Callable[[], bytes]) -> AsyncGenerator[bytes, None]:
    """The results of `read` up to an empty one, read by one thread while the event loop runs on.

    It is a few pieces ahead, so that neither waits for the other at each piece. When the iteration
    is closed, the thread ends after the piece that it reads at that moment.
    """
    import asyncio

    loop = running_loop()
    pieces: asyncio.Queue[bytes | BaseException] = asyncio.Queue()
    room = threading.Semaphore(AHEAD)
    is_closed = False

    def run() -> None:
        piece: bytes | BaseException = b" "
        while isinstance(piece, bytes) and piece:
            room.acquire()
            if is_closed:
                return
            try:
                piece = read()
            except BaseException as error:  # noqa: BLE001 - raised where it is waited for
                piece = error
            try:
                loop.call_soon_threadsafe(pieces.put_nowait, piece)
            except RuntimeError:  # the loop has ended
                return

    _start(run)
    try:
        while piece := await pieces.get():
            if isinstance(piece, BaseException):
                raise piece
            room.release()
            yield piece
    finally:
        is_closed = True
        room.release()


def _begin(work: Callable[[], T], discard: Callable[[T], None]) -> Future[T]:
    from concurrent.futures import Future, InvalidStateError

    future: Future[T] = Future()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            with suppress(InvalidStateError):
                future.set_exception(error)
            return
        try:
            future.set_result(result)
        except InvalidStateError:  # abandoned
            with suppress(Exception):
                discard(result)

    _start(run)
    return future


def _start(run: Callable[[], None]) -> None:
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(run,), daemon=True).start()


def _abandon(future: Future[T], discard: Callable[[T], None]) -> None:
    """Discard the result of the work, present or future: no caller waits for it."""
    if not future.cancel() and future.exception() is None:
        with suppress(Exception):
            discard(future.result())
