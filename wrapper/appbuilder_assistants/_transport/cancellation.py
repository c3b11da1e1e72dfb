"""Being cancelled without leaving a connection behind.

asyncio cancels a task wherever it waits. In a few of these places (between connecting and sending,
within closing) httpcore keeps the socket open and its place in the pool taken for good. Once a
request has its connection, httpcore is right for the cancellation of anyio, which spares what must
not be cut off; before that, `_bounded.py` keeps requests out of its queue. So what is asked of
httpcore has a task of its own, where the one kind is turned into the other.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def running_loop() -> asyncio.AbstractEventLoop:
    """Raises RuntimeError, that says what is needed, where asyncio does not run."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise RuntimeError(
            "AsyncAppBuilder needs asyncio, and no event loop of its runs here: under trio, or "
            "without an event loop, use an AppBuilder (in a thread)"
        ) from None


async def by(deadline: float | None, what: Awaitable[T]) -> T:
    """Wait for something, but not for longer than until then. Raises TimeoutError."""
    if deadline is None:
        return await what
    left = deadline - time.monotonic()
    if sys.version_info >= (3, 11):
        async with asyncio.timeout(left):
            return await what
    try:
        return await asyncio.wait_for(what, left)
    except asyncio.TimeoutError:
        raise TimeoutError from None


async def sheltered(work: Coroutine[Any, Any, T], discard: Callable[[T], Awaitable[None]]) -> T:
    """Its result. When cancelled, once it has ended; a result that came all the same is discarded.

    Raises what the work raises, or CancelledError.
    """
    # What httpx waits with; imported here so that a program without asyncio does not pay for it.
    from anyio import CancelScope

    scope = CancelScope()
    results: list[T] = []

    async def act() -> None:
        with scope:
            results.append(await work)

    try:
        await _to_its_end(asyncio.ensure_future(act()), scope.cancel)
    except asyncio.CancelledError:
        for result in results:
            await to_the_end(discard(result))
        raise
    return results[0]


async def to_the_end(work: Awaitable[None]) -> None:
    """Wait for it; when cancelled, to its end all the same before CancelledError is raised."""
    await _to_its_end(asyncio.ensure_future(work), lambda: None)


async def undisturbed(work: Awaitable[T]) -> T:
    """Its result. When cancelled, it is waited for all the same, and CancelledError raised then."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled from task.exception()
    return task.result()


async def _to_its_end(task: asyncio.Future[None], when_cancelled: Callable[[], None]) -> None:
    """Wait until the task is done. A cancellation of the wait is passed on, and raised then."""
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
            when_cancelled()
    if cancelled is None:
        return task.result()
    if not task.cancelled():
        # Retrieved, or asyncio would log it, with the token among its frames' variables.
        task.exception()
    raise cancelled
