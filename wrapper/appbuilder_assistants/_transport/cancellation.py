"""Cancellation that leaves no connection open.

asyncio cancels a task wherever it waits. In a few of these places (between connecting and sending,
within closing) httpcore keeps the socket open and its place in the pool taken for good. Once a
request has its connection, httpcore is right for the cancellation of anyio, which spares what must
not be cut off; before that, `places.py` keeps requests out of its queue. So what is asked of
httpcore has a task of its own, where the one kind is turned into the other.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Generator
from types import coroutine
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")


def running_loop() -> asyncio.AbstractEventLoop:
    """The running event loop. Raises RuntimeError, with advice, where asyncio does not run."""
    import asyncio

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise RuntimeError(
            "AsyncAppBuilder needs asyncio, and no event loop of its runs here: under trio, or "
            "without an event loop, use an AppBuilder (in a thread)"
        ) from None


async def wait_until(deadline: float | None, work: Awaitable[T]) -> T:
    """Wait for something, but not beyond the deadline. Raises TimeoutError."""
    if deadline is None:
        return await work
    import asyncio

    remaining = deadline - time.monotonic()
    if sys.version_info >= (3, 11):
        async with asyncio.timeout(remaining):
            return await work
    # With nothing remaining, wait_for would not even begin the work.
    try:
        return await asyncio.wait_for(work, max(remaining, 1e-6))
    except asyncio.TimeoutError:
        raise TimeoutError from None


@coroutine
def uncut(work: Awaitable[T]) -> Generator[Any, Any, T]:
    """The result of the work, which is cancelled once at most, and only where it really waits.

    It is not interrupted where it merely lets other tasks run, as httpcore does while it closes a
    connection. A cancellation that comes there is raised where the work waits next, or at its end.
    """
    import asyncio

    steps = work.__await__()
    waits_for: object = None
    pending: BaseException | None = None
    was_cancelled = False
    while True:
        try:
            if pending is None or waits_for is None:
                waits_for = next(steps)
            else:
                error, pending, was_cancelled = pending, None, True
                waits_for = steps.throw(error)
        except BaseException as end:
            if pending is not None:
                raise pending from None
            if isinstance(end, StopIteration):
                result: T = end.value
                return result
            raise
        if pending is None or waits_for is None:
            try:
                yield waits_for
            except asyncio.CancelledError as cancelled:
                pending = None if was_cancelled else cancelled


async def shielded(work: Coroutine[Any, Any, T], discard: Callable[[T], Awaitable[None]]) -> T:
    """The result of the work. A cancellation waits for its end and discards its result.

    Raises what the work raises, or CancelledError.
    """
    import asyncio

    # httpx waits with it; imported here so that other programs do not pay for it.
    from anyio import CancelScope

    scope = CancelScope()
    results: list[T] = []

    async def act() -> None:
        with scope:
            results.append(await work)

    try:
        await _complete(asyncio.ensure_future(act()), scope.cancel)
    except asyncio.CancelledError:
        for result in results:
            await shield_to_completion(discard(result))
        raise
    return results[0]


async def shield_to_completion(work: Awaitable[T]) -> T:
    """The result of the work. A cancellation waits for its end, then raises CancelledError."""
    import asyncio

    return await _complete(asyncio.ensure_future(work))


async def _complete(
    task: asyncio.Future[T], when_cancelled: Callable[[], object] = lambda: None
) -> T:
    """Wait until the task is done. A cancellation of the wait is passed on, and raised then."""
    import asyncio

    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
            when_cancelled()
    if cancelled is None:
        return task.result()
    # Retrieved, or asyncio would log it, with the token among its frames' variables.
    raise cancelled from None if task.cancelled() else task.exception()
