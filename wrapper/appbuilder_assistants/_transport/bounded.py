"""No more requests at once in a pool of httpcore's than it has connections.

Those that are too many wait here, in the order of asking, and not in httpcore: it gives a new
connection to a queued request whose waiter has just been cancelled or has timed out, and that
connection then counts as in use for ever. When all of them do, every later call fails. The wait
ends with the pool timeout of the request, so within the deadline of its call.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from typing import Any, TypeVar

import httpcore
import httpx

from .deadline_sockets import remaining

C = TypeVar("C", httpx.Client, httpx.AsyncClient)

QUEUED = "appbuilder_queued"
"""In the extensions of a request that has not been given a place yet: it was not sent, for sure."""


def bounded(http: C) -> C:
    """Put a fair semaphore in front of each pool of the client that has a bound, once.

    Reaches into httpx, as `keep_deadlines` does. A pool for HTTP/2 is not bounded by its number of
    connections and stays as it is; so does what is no pool of httpcore's.
    """
    transports: tuple[Any, ...] = (http._transport, *http._mounts.values())
    for transport in transports:
        pool: Any = getattr(transport, "_pool", None)
        kind: Any = None
        if isinstance(pool, httpcore.ConnectionPool):
            kind = BoundedPool
        elif isinstance(pool, httpcore.AsyncConnectionPool):
            kind = AsyncBoundedPool
        if kind and not pool._http2 and pool._max_connections < sys.maxsize:
            transport._pool = kind(pool, pool._max_connections)
    return http


class FairSemaphore:
    """Counts free places, for threads; who asked first is served first."""

    def __init__(self, places: int) -> None:
        self.free = places
        # The collector may close a forgotten response, which releases its place, at any moment.
        self._lock = threading.RLock()
        self._waiters: deque[threading.Event] = deque()

    def acquire(self, timeout: float | None) -> bool:
        """Whether a place became free within the timeout."""
        turn = threading.Event()
        with self._lock:
            if self.free > 0:
                self.free -= 1
                return True
            self._waiters.append(turn)
        acquired = False
        try:
            acquired = turn.wait(timeout)
        finally:
            if not acquired:
                self._withdraw(turn)
        return acquired

    def release(self) -> None:
        with self._lock:
            if self._waiters:
                self._waiters.popleft().set()
            else:
                self.free += 1

    def _withdraw(self, turn: threading.Event) -> None:
        with self._lock:
            if turn in self._waiters:
                self._waiters.remove(turn)
            else:  # its turn came in the very moment
                self.release()


class AsyncFairSemaphore:
    """As `FairSemaphore`, for the tasks of one event loop."""

    def __init__(self, places: int) -> None:
        self.free = places
        self._waiters: deque[asyncio.Future[bool]] = deque()

    async def acquire(self, timeout: float | None) -> bool:
        """Whether a place became free within the timeout."""
        if self.free > 0:
            self.free -= 1
            return True
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[bool] = loop.create_future()
        self._waiters.append(turn)
        timer = None if timeout is None else loop.call_later(timeout, _give_up, turn)
        try:
            return await turn
        except BaseException:
            if not turn.cancelled() and turn.result():
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


class _Pool:
    """What the two have in common: in all else they are the pool that they hold."""

    def __init__(self, pool: Any) -> None:
        self._inner = pool

    def __getattr__(self, name: str) -> Any:
        if name == "_inner":  # of one that is half made
            raise AttributeError(name)
        return getattr(self._inner, name)

    def __repr__(self) -> str:
        return repr(self._inner)


class BoundedPool(_Pool):
    """A pool that a request enters only when there is a connection for it."""

    def __init__(self, pool: httpcore.ConnectionPool, places: int) -> None:
        super().__init__(pool)
        self.places = FairSemaphore(places)

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        """Raises PoolTimeout when no place becomes free in time."""
        timeout = request.extensions.get("timeout", {}).get("pool")
        request.extensions[QUEUED] = True
        if not self.places.acquire(remaining(timeout)):
            raise httpcore.PoolTimeout
        del request.extensions[QUEUED]
        try:
            response = self._inner.handle_request(request)
            response.stream = _Body(response.stream, self.places)
        except BaseException:
            self.places.release()
            raise
        return response  # type: ignore[no-any-return]

    def __enter__(self) -> BoundedPool:
        self._inner.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._inner.__exit__(*error)


class AsyncBoundedPool(_Pool):
    """As `BoundedPool`."""

    def __init__(self, pool: httpcore.AsyncConnectionPool, places: int) -> None:
        super().__init__(pool)
        self.places = AsyncFairSemaphore(places)

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Raises PoolTimeout when no place becomes free in time."""
        timeout = request.extensions.get("timeout", {}).get("pool")
        request.extensions[QUEUED] = True
        if not await self.places.acquire(remaining(timeout)):
            raise httpcore.PoolTimeout
        del request.extensions[QUEUED]
        try:
            response = await self._inner.handle_async_request(request)
            response.stream = _AsyncBody(response.stream, self.places)
        except BaseException:
            self.places.release()
            raise
        return response  # type: ignore[no-any-return]

    async def __aenter__(self) -> AsyncBoundedPool:
        await self._inner.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._inner.__aexit__(*error)


class _Body:
    """The body of a response, which keeps its place until it is closed."""

    def __init__(self, stream: Any, places: FairSemaphore) -> None:
        self._stream = stream
        self._places: FairSemaphore | None = places

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        places, self._places = self._places, None
        try:
            self._stream.close()
        finally:
            if places is not None:
                places.release()


class _AsyncBody:
    """As `_Body`."""

    def __init__(self, stream: Any, places: AsyncFairSemaphore) -> None:
        self._stream = stream
        self._places: AsyncFairSemaphore | None = places

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._stream:
                yield part
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        places, self._places = self._places, None
        try:
            await self._stream.aclose()
        finally:
            if places is not None:
                places.release()
