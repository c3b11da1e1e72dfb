"""Shared by a client and its copies: a transport, and the work to end before it is closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from .cancellation import running_loop
from .forks import ForkAware
from .with_h11.transport import AsyncSocketTransport, SocketTransport

if TYPE_CHECKING:
    import asyncio

    import httpx

    from appbuilder_assistants._settings.settings import Settings

    from .connect import Verify
    from .protocols import AsyncTransport, Transport

T = TypeVar("T")

NOT_COPIED = (
    "a client, and what belongs to one, holds connections and a token and is neither pickled nor "
    "deep-copied: make a client where it is needed (in the other process, from the environment), "
    "use `client.with_options()` for a copy that shares its connections; after a fork the client "
    "itself may be used"
)


class OpenStreams(ForkAware):
    """The streams that must cancel their runs before their client is closed.

    Those that a parent process opened are the parent's to leave: a child begins with none.
    """

    def __init__(self) -> None:
        super().__init__()
        self._streams: set[Any] = set()

    def add(self, stream: object) -> None:
        self._streams.add(stream)

    def discard(self, stream: object) -> bool:
        """Whether it was one of them."""
        known = stream in self._streams
        self._streams.discard(stream)
        return known

    def any(self) -> Any:
        """One of them; None when there is none."""
        return next(iter(self._streams), None)

    def after_fork(self) -> None:
        self._streams = set()


class NotCopied:
    """Refuses to be pickled or deep-copied, and with it all that holds it."""

    def __reduce__(self) -> str:
        raise TypeError(NOT_COPIED)


class Pool(NotCopied):
    """The transport of an `AppBuilder`, on connections of its own or on an httpx client's."""

    def __init__(
        self, settings: Settings, verify: Verify = True, given: httpx.Client | None = None
    ) -> None:
        """Raises TypeError or ValueError for what cannot be used."""
        self.transport: Transport = _transport(verify, given)
        self.transport.check(settings.base_url, settings.gateway_from or "gateway_url")
        self.streams = OpenStreams()

    def fit_for(self, settings: Settings, given: httpx.Client | None) -> Pool:
        """The pool for other settings, or for an httpx client. Raises as `__init__`."""
        if given is not None:
            return Pool(settings, given=given)
        self.transport.check(settings.base_url, settings.gateway_from or "gateway_url")
        return self

    def close(self) -> None:
        self.transport.close()


class AsyncPool(NotCopied, ForkAware):
    """As `Pool`, for an `AsyncAppBuilder`."""

    def __init__(
        self, settings: Settings, verify: Verify = True, given: httpx.AsyncClient | None = None
    ) -> None:
        """Raises TypeError or ValueError for what cannot be used."""
        super().__init__()
        self.transport: AsyncTransport = _async_transport(verify, given)
        self.transport.check(settings.base_url, settings.gateway_from or "gateway_url")
        self.streams = OpenStreams()
        self._needed_by: set[asyncio.Future[Any]] = set()

    def fit_for(self, settings: Settings, given: httpx.AsyncClient | None) -> AsyncPool:
        """As `Pool.fit_for`."""
        if given is not None:
            return AsyncPool(settings, given=given)
        self.transport.check(settings.base_url, settings.gateway_from or "gateway_url")
        return self

    async def aclose(self) -> None:
        loop = running_loop()
        if needed_by := [work for work in self._needed_by if work.get_loop() is loop]:
            import asyncio

            await asyncio.wait(needed_by)
        await self.transport.aclose()

    @contextmanager
    def kept_open(self, work: asyncio.Future[T]) -> Iterator[asyncio.Future[T]]:
        """Let closing wait for the work that the block waits for."""
        self._needed_by.add(work)
        try:
            yield work
        finally:
            self._needed_by.discard(work)

    def after_fork(self) -> None:
        self._needed_by = set()


# httpx is imported for a client of it that is passed in, and for what `with_h11` leaves to it.


def _transport(verify: Verify, given: httpx.Client | None) -> Transport:
    if given is None:
        return SocketTransport(verify)
    from .with_httpx.transport import HttpxTransport

    return HttpxTransport(verify, given)


def _async_transport(verify: Verify, given: httpx.AsyncClient | None) -> AsyncTransport:
    if given is None:
        return AsyncSocketTransport(verify)
    from .with_httpx.transport import AsyncHttpxTransport

    return AsyncHttpxTransport(verify, given)
