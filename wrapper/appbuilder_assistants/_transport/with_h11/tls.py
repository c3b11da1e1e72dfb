"""A connection for asyncio over TLS, by the ssl module's object without I/O.

asyncio's own TLS serves protocols of any kind, by more buffers and calls than are needed here, and
a last read of each piece that finds nothing.
"""

from __future__ import annotations

import socket
import ssl
from functools import partial

from appbuilder_assistants._transport.protocols import OutgoingRequest

from .exchange import Exchange, end_of
from .server_address import ServerAddress
from .streams import AsyncConnection

RECORD = 16 * 1024
"""Bytes of a record of TLS at the most: what is read at once."""


async def open_connection(
    server: ServerAddress,
    context: ssl.SSLContext | None,
    request: OutgoingRequest,
    exchange: Exchange,
) -> AsyncConnection:
    """A connection, over TLS where there is a context. Raises TransportFailure."""
    make = AsyncConnection if context is None else partial(TlsConnection, context)
    return await AsyncConnection.open(make, server, request, exchange)


class TlsConnection(AsyncConnection):
    """As `AsyncConnection`.

    Whether the server announced the connection's end makes no difference, as with sockets of `ssl`:
    the framing of a response shows what is missing.
    """

    def __init__(
        self,
        context: ssl.SSLContext,
        server: ServerAddress,
        sock: socket.socket,
        exchange: Exchange,
    ) -> None:
        super().__init__(server, sock, exchange)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server.host)
        self._is_ready = False

    async def begin(self, end: float | None) -> None:
        while True:
            try:
                self._tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                pass
            finally:  # there may be an alert
                self._flush()
            if not self._is_lost:
                await self._wait(end, "connect")
            if self._error is not None:
                raise self._error
            if self._is_lost:
                self._incoming.write_eof()  # an error, unless all has come
        self._is_ready = True
        self._decrypt()

    def buffer_updated(self, nbytes: int) -> None:
        self._incoming.write(self._buffer[:nbytes])
        if self._is_ready:
            self._decrypt()
        else:
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(self._error or exc)

    async def _write(self, data: bytes, request: OutgoingRequest) -> None:
        rest = memoryview(data)
        while rest and not self._is_lost:
            try:
                sent = self._tls.write(rest)  # one record
            except ssl.SSLWantReadError:  # in the middle of another handshake
                self._flush()
                await self._wait(end_of(request.limits.write, request.deadline), "write")
            except ssl.SSLError as error:
                self._fail(error)
            else:
                rest = rest[sent:]
        self._flush()

    def _decrypt(self) -> None:
        pieces = []
        try:
            while self._incoming.pending:
                piece = self._tls.read(RECORD)
                if not piece:
                    self._is_lost = True
                    self._transport.close()
                    break
                pieces.append(piece)
        except ssl.SSLWantReadError:
            pass  # the rest of a record is still to come
        except ssl.SSLError as error:
            self._fail(error)
        self._flush()  # answers to what TLS itself asked for
        self._take(b"".join(pieces))

    def _flush(self) -> None:
        if self._outgoing.pending and not self._is_lost:  # uvloop raises on a closed transport
            self._transport.write(self._outgoing.read())

    def _fail(self, error: ssl.SSLError) -> None:
        self._is_lost, self._error = True, error
        self._transport.abort()
