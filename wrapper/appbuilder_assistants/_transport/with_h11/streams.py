"""A connection for asyncio. A wait that ends early (at a limit, by cancellation) closes it."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, cast

from appbuilder_assistants._transport.blocking import off_loop
from appbuilder_assistants._transport.cancellation import wait_until
from appbuilder_assistants._transport.protocols import OutgoingRequest, Phase, TransportFailure
from appbuilder_assistants._transport.request import apieces

from .exchange import CHUNK, LAST_CHUNK, Exchange, Headers, end_of, framed, head_of
from .server_address import ServerAddress, addresses_of, ignore, is_address, readiness_of, share

if TYPE_CHECKING:
    from appbuilder_assistants._core.multipart import MultipartBody

UNREAD = 2 * CHUNK
"""Bytes unread from which no more are read. With one chunk, each would pause and resume reading."""

UNSENT = 512 * 1024
"""Bytes of an upload that wait to be sent, above which no more are read of its file."""


class AsyncConnection(asyncio.BufferedProtocol):
    """A transport and the exchange on it. Failures are raised as TransportFailure, and close it."""

    def __init__(self, server: ServerAddress, sock: socket.socket, exchange: Exchange) -> None:
        self.server = server
        self._is_readable = readiness_of(sock)
        self.exchange = exchange
        self._transport: asyncio.Transport
        self._loop = asyncio.get_running_loop()
        # asyncio reads TLS into slices of it, which must not be copies.
        self._buffer = memoryview(bytearray(CHUNK))
        self._received = b""
        self._is_lost = False
        self._error: Exception | None = None
        self._is_paused = False  # reading
        self._is_full = False  # the buffer for writing
        self._waiter: asyncio.Future[None] | None = None
        self._end: float | None = None  # of the wait under way
        self._timer: asyncio.TimerHandle | None = None
        self._timer_end = 0.0

    @staticmethod
    async def open(
        make: Callable[..., AsyncConnection],
        server: ServerAddress,
        request: OutgoingRequest,
        exchange: Exchange,
    ) -> AsyncConnection:
        end = end_of(request.limits.connect, request.deadline)
        try:
            sock = await _connected(server, end)
            close = sock.close
            try:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
                loop = asyncio.get_running_loop()
                _, connection = await wait_until(
                    end, loop.create_connection(lambda: make(server, sock, exchange), sock=sock)
                )
                close = connection.abort
                await connection.begin(end)
            except BaseException:
                close()
                raise
        except TimeoutError as error:
            raise TransportFailure("connect", str(error), timed_out=True) from error
        except (OSError, UnicodeError) as error:
            raise TransportFailure("connect", str(error)) from error
        return connection

    async def begin(self, end: float | None) -> None:
        """Do what is to be done before the first request."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        self._take(bytes(self._buffer[:nbytes]))

    def _take(self, data: bytes) -> None:
        self._received += data
        if len(self._received) >= UNREAD and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_lost = True
        self._error = exc
        self._stop_timer()
        self._wake()

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        self._wake()

    def is_usable(self) -> bool:
        # A busy loop may not have noticed yet that the server closed it.
        return not (self._is_lost or self._received or self._is_readable(0))

    async def send(self, request: OutgoingRequest) -> tuple[int, Headers]:
        """Write a request, and read up to the end of the response's head."""
        exchange = self.exchange
        exchange.begin()
        head = head_of(request, self.server)
        if not isinstance(request.body, bytes):
            await self._upload(head, request.body, request)
        else:
            await self._write(head + request.body, request)
            if self._is_full:
                await self._room(request)
        while exchange.head is None:
            exchange.feed(await self._read(request))
        return exchange.head

    async def chunk(self, request: OutgoingRequest) -> bytes:
        """The next bytes of the body, as they come; none at its end."""
        exchange = self.exchange
        while not (piece := exchange.take()) and not exchange.is_complete:
            exchange.feed(await self._read(request))
        return piece

    def abort(self) -> None:
        self._transport.abort()

    def leave_loop(self) -> None:
        """Remove it from a loop that has stopped, so that it can be collected."""
        self._transport.pause_reading()
        self._stop_timer()

    async def _upload(self, head: bytes, form: MultipartBody, request: OutgoingRequest) -> None:
        frame: Callable[[bytes], bytes] = framed if form.length is None else bytes
        self._transport.set_write_buffer_limits(UNSENT)
        await self._write(head, request)
        async with aclosing(apieces(form)) as rest:
            while (piece := await self._next_piece(rest, request)) is not None:
                await self._room(request)
                # The server may have answered before it has read everything, and closed.
                if self._is_lost or self._received:
                    self.exchange.has_whole_request = False
                    return
                await self._write(frame(piece), request)
        if form.length is None:
            await self._write(LAST_CHUNK, request)

    async def _next_piece(
        self, rest: AsyncIterator[bytes], request: OutgoingRequest
    ) -> bytes | None:
        """TransportFailure if the file gives none by the deadline."""
        try:
            return await wait_until(request.deadline, anext(rest, None))
        except TimeoutError as error:
            raise TransportFailure("write", timed_out=True) from error

    async def _room(self, request: OutgoingRequest) -> None:
        """Wait for the buffer to be sent; not once the server has answered, or closed."""
        while self._is_full and not (self._is_lost or self._received):
            await self._wait(end_of(request.limits.write, request.deadline), "write")

    async def _read(self, request: OutgoingRequest) -> bytes:
        if request.is_overdue():
            # There may be bytes waiting; a server that never stops sending must not win.
            raise TransportFailure("read", "the deadline has passed", timed_out=True)
        while not self._received:
            if self._is_lost:
                if self._error is not None:
                    raise TransportFailure("read", str(self._error)) from self._error
                return b""
            await self._wait(end_of(request.limits.read, request.deadline), "read")
        data, self._received = self._received, b""
        if self._is_paused:
            self._is_paused = False
            if not self._is_lost:
                self._transport.resume_reading()
        return data

    async def _write(self, data: bytes, request: OutgoingRequest) -> None:
        self._transport.write(data)

    async def _wait(self, end: float | None, phase: Phase) -> None:
        """Wait for bytes or the end of the connection. Raises TransportFailure after `end`."""
        waiter = self._waiter = self._loop.create_future()
        self._end = end
        if end is not None and (self._timer is None or end < self._timer_end):
            self._start_timer(end)
        try:
            await waiter
        except TimeoutError as error:
            raise TransportFailure(phase, timed_out=True) from error
        finally:
            self._waiter = None

    def _start_timer(self, end: float) -> None:
        """Call `_expire` at `end`. The timer serves later waits too: few need one of their own."""
        self._stop_timer()
        self._timer = self._loop.call_later(end - time.monotonic(), self._expire)
        self._timer_end = end

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expire(self) -> None:
        self._timer = None
        if self._waiter is None or self._waiter.done() or self._end is None:
            return
        if self._end > self._timer_end:  # of a wait that began later
            self._start_timer(self._end)
        else:
            self._waiter.set_exception(TimeoutError())

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


async def _connected(server: ServerAddress, end: float | None) -> socket.socket:
    """A socket connected to the first address that answers.

    asyncio's own connecting loses the socket when it is cancelled at some moments.
    """
    loop = asyncio.get_running_loop()
    if is_address(server):
        addresses = addresses_of(server)
    else:
        addresses = await wait_until(end, off_loop(lambda: addresses_of(server), ignore))
    failure: Exception = OSError(f"{server.host} has no address")
    for tried, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            await wait_until(share(end, len(addresses) - tried), loop.sock_connect(sock, address))
        except OSError as error:  # TimeoutError is one
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure
