"""`Transport` and `AsyncTransport` on connections of our own; what needs httpx goes to it."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from appbuilder_assistants._core.calls import NoReply, Reply
from appbuilder_assistants._transport.cancellation import running_loop
from appbuilder_assistants._transport.connect import (
    Verify,
    context_of,
    proxies_of_environment,
    proxy_for,
)
from appbuilder_assistants._transport.failures import (
    CLOSED,
    TWO_LOOPS,
    no_reply,
    overdue,
    unwritable,
    without_frames,
)
from appbuilder_assistants._transport.forks import ForkAware, discard_after_fork
from appbuilder_assistants._transport.places import AsyncFairSemaphore, FairSemaphore
from appbuilder_assistants._transport.protocols import ON_HTTPX, OutgoingRequest, TransportFailure
from appbuilder_assistants._transport.response import areceive, receive

from . import idle
from .exchange import seconds_of
from .fast_exchange import exchange_class
from .idle import Connection, IdleConnections
from .responses import AsyncSocketResponse, SocketResponse
from .server_address import ServerAddress, server_of
from .sockets import SocketConnection

if TYPE_CHECKING:
    import asyncio
    import ssl

    from appbuilder_assistants._settings.settings import TimeoutLike


C = TypeVar("C", bound=Connection)


class OwnConnections(ForkAware, Generic[C]):
    """The connections that are idle, and a transport on httpx for gateways that need it.

    Those are gateways behind a proxy, and URLs with more than a host, a port and a plain path.
    """

    timeout: TimeoutLike | None = None
    places: Any

    def __init__(self, verify: Verify) -> None:
        super().__init__()
        self._verify = verify
        self._proxies = proxies_of_environment()
        self._lock = threading.Lock()
        self._idle: IdleConnections[C] = IdleConnections()
        self._servers: dict[str, ServerAddress | None] = {}
        # A bad path is reported when the client is made.
        self._context = None if isinstance(verify, bool) else context_of(verify)
        self.exchange_class = exchange_class()
        self._on_httpx: Any = None
        self._inherited: list[Any] = []
        self._is_closed = False

    def check(self, gateway_url: str, source: str) -> None:
        """See `Transport`."""
        if self.server(gateway_url) is None:
            self.on_httpx().check(gateway_url, source)

    def parts(self, gateway_url: str) -> dict[str, str]:
        """See `Transport`."""
        if self.server(gateway_url) is None:
            return ON_HTTPX
        return {"transport": "sockets", "parser": self.exchange_class.parser}

    def server(self, gateway_url: str) -> ServerAddress | None:
        """The server to connect to; None for a request that httpx is to send."""
        try:
            return self._servers[gateway_url]
        except KeyError:
            server = server_of(gateway_url)
            if proxy_for(gateway_url, self._proxies) is not None:
                server = None
            if server is not None and server.is_tls and self._context is None:
                self._context = context_of(self._verify)
            self._servers[gateway_url] = server
            return server

    def on_httpx(self) -> Any:
        with self._lock:
            if self._on_httpx is None:
                self._on_httpx = self._make_on_httpx()
            return self._on_httpx

    def _make_on_httpx(self) -> Any:
        raise NotImplementedError

    def context(self, server: ServerAddress) -> ssl.SSLContext | None:
        return self._context if server.is_tls else None

    def after_fork(self) -> None:
        # Two processes on one connection would read each other's responses.
        self._lock = threading.Lock()
        self._inherited += self._idle.after_fork()

    def _release(self, places: Any, connection: C, keep: bool) -> None:
        """Take a connection back from a response; what may be used again is kept."""
        # Places of others than these are those of a parent process, or of another event loop.
        is_ours = places is self.places
        try:
            if keep and is_ours:
                self._idle.put(connection)
            else:
                connection.abort()
        finally:
            if is_ours:
                places.release()

    def _check_open(self) -> None:
        if self._is_closed:
            raise RuntimeError(CLOSED)
        if self._inherited:
            discard_after_fork(self._inherited)


class SocketTransport(OwnConnections[SocketConnection]):
    """For threads."""

    def __init__(self, verify: Verify = True) -> None:
        super().__init__(verify)
        self.places = FairSemaphore(idle.MAX_CONNECTIONS)

    def send(self, request: OutgoingRequest) -> Reply | NoReply:
        self._check_open()
        server = self.server(request.gateway_url)
        if server is None:
            reply: Reply | NoReply = self.on_httpx().send(request)
            return reply
        if request.is_overdue():
            return overdue(request, reached=False)
        try:
            return receive(self._open(server, request), request)
        except TransportFailure as failure:
            return no_reply(request, failure)
        except UnicodeError as error:
            return unwritable(request, error)
        except BaseException as error:  # noqa: BLE001 - continues, without what it passed through
            raise without_frames(error) from error.__cause__

    def close(self) -> None:
        self._is_closed = True
        discard_after_fork(self._inherited)
        self._idle.close()
        with self._lock:
            on_httpx = self._on_httpx
        if on_httpx is not None:
            on_httpx.close()

    def after_fork(self) -> None:
        super().after_fork()
        self.places = FairSemaphore(idle.MAX_CONNECTIONS)

    def _make_on_httpx(self) -> Any:
        from appbuilder_assistants._transport.with_httpx.transport import HttpxTransport

        return HttpxTransport(self._verify)

    def _open(self, server: ServerAddress, request: OutgoingRequest) -> SocketResponse:
        places = self.places
        if not places.try_acquire():
            request.waits_for_pool = True
            if not places.acquire(seconds_of(request.limits.pool, request.deadline)):
                raise TransportFailure("pool", timed_out=True)
            request.waits_for_pool = False
        connection = None
        try:
            connection = self._idle.take(server)
            if connection is None:
                connection = SocketConnection.open(
                    server, self.context(server), request, self.exchange_class()
                )
            head = connection.send(request)
        except BaseException:
            places.release()
            if connection is not None:
                connection.abort()
            raise

        return SocketResponse(connection, request, head, partial(self._release, places))


class AsyncSocketTransport(OwnConnections[Any]):
    """For asyncio, one event loop at a time."""

    def __init__(self, verify: Verify = True) -> None:
        super().__init__(verify)
        self.places = AsyncFairSemaphore(idle.MAX_CONNECTIONS)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def send(self, request: OutgoingRequest) -> Reply | NoReply:
        self._be_on_one_loop()
        self._check_open()
        server = self.server(request.gateway_url)
        if server is None:
            reply: Reply | NoReply = await self.on_httpx().send(request)
            return reply
        if request.is_overdue():
            return overdue(request, reached=False)
        try:
            return await areceive(await self._open(server, request), request)
        except TransportFailure as failure:
            return no_reply(request, failure)
        except UnicodeError as error:
            return unwritable(request, error)
        except BaseException as error:  # noqa: BLE001 - as in `SocketTransport`
            raise without_frames(error) from error.__cause__

    async def aclose(self) -> None:
        if self._is_closed:
            return
        self._be_on_one_loop()
        self._is_closed = True
        discard_after_fork(self._inherited)
        self._idle.close()
        if self._on_httpx is not None:
            await self._on_httpx.aclose()
        import asyncio

        await asyncio.sleep(0)  # sockets are closed by the loop's next round

    def after_fork(self) -> None:
        super().after_fork()
        self._forget_loop()

    def _make_on_httpx(self) -> Any:
        from appbuilder_assistants._transport.with_httpx.transport import AsyncHttpxTransport

        return AsyncHttpxTransport(self._verify)

    async def _open(self, server: ServerAddress, request: OutgoingRequest) -> AsyncSocketResponse:
        places = self.places
        if not places.try_acquire():
            request.waits_for_pool = True
            if not await places.acquire(seconds_of(request.limits.pool, request.deadline)):
                raise TransportFailure("pool", timed_out=True)
            request.waits_for_pool = False
        connection = None
        try:
            connection = self._idle.take(server)
            if connection is None:
                from .tls import open_connection

                connection = await open_connection(
                    server, self.context(server), request, self.exchange_class()
                )
            head = await connection.send(request)
        except BaseException:
            places.release()
            if connection is not None:
                connection.abort()
            raise

        release = partial(self._release, places)
        return AsyncSocketResponse(connection, request, head, release)

    def _be_on_one_loop(self) -> None:
        """As `AsyncHttpxTransport`."""
        loop = running_loop()
        if self._loop is loop:
            return
        with self._lock:
            if self._loop is not None:
                if self._loop.is_running():
                    raise RuntimeError(TWO_LOOPS)
                for connection in self._idle.take_all():
                    connection.leave_loop()
                    self._inherited.append(connection)
                self._forget_loop()
            self._loop = loop

    def _forget_loop(self) -> None:
        self._loop = None
        self.places = AsyncFairSemaphore(idle.MAX_CONNECTIONS)
