"""A connection for threads: a socket with waits that end at the request's limit or deadline."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, Any

from appbuilder_assistants._transport.blocking import within
from appbuilder_assistants._transport.protocols import OutgoingRequest, TransportFailure
from appbuilder_assistants._transport.request import pieces

from .exchange import (
    CHUNK,
    LAST_CHUNK,
    Exchange,
    Headers,
    end_of,
    framed,
    head_of,
    seconds_of,
)
from .server_address import ServerAddress, addresses_of, ignore, is_address, readiness_of, share

if TYPE_CHECKING:
    import ssl


class SocketConnection:
    """A socket and the exchange on it. Failures are raised as TransportFailure, and close it."""

    def __init__(self, sock: socket.socket, server: ServerAddress, exchange: Exchange) -> None:
        self.server = server
        self._sock: Any = sock  # of TLS, if the server's address says so
        self.exchange = exchange
        self._is_readable = readiness_of(sock)
        if not server.is_tls:
            # A timeout of the socket would be a system call more, at which another thread begins to
            # run, for each that reads or writes.
            sock.setblocking(False)
        self._timeout = sock.gettimeout()

    @classmethod
    def open(
        cls,
        server: ServerAddress,
        context: ssl.SSLContext | None,
        request: OutgoingRequest,
        exchange: Exchange,
    ) -> SocketConnection:
        end = end_of(request.limits.connect, request.deadline)
        try:
            sock = _connected(server, end)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
            if context is not None:
                _limit(sock, end)
                try:
                    sock = context.wrap_socket(sock, server_hostname=server.host)
                except BaseException:
                    sock.close()
                    raise
        except TimeoutError as error:
            raise TransportFailure("connect", str(error), timed_out=True) from error
        except (OSError, UnicodeError) as error:
            raise TransportFailure("connect", str(error)) from error
        return cls(sock, server, exchange)

    def is_usable(self) -> bool:
        if self.server.is_tls and self._sock.pending():
            return False
        return not self._is_readable(0)

    def send(self, request: OutgoingRequest) -> tuple[int, Headers]:
        """Write a request, and read up to the end of the response's head."""
        exchange = self.exchange
        exchange.begin()
        self._write(request)
        while exchange.head is None:
            exchange.feed(self._read(request))
        return exchange.head

    def chunk(self, request: OutgoingRequest) -> bytes:
        """The next bytes of the body, as they come; none at its end."""
        exchange = self.exchange
        while not (piece := exchange.take()) and not exchange.is_complete:
            exchange.feed(self._read(request))
        return piece

    def abort(self) -> None:
        self._sock.close()

    def _write(self, request: OutgoingRequest) -> None:
        head = head_of(request, self.server)
        body = request.body
        if isinstance(body, bytes):
            self._send(head + body, request)
            return
        frame = framed if body.length is None else bytes
        is_open = self._send(head, request)
        for piece in pieces(body, request.deadline):
            is_open = is_open and self._send(frame(piece), request)
            if not is_open:
                self.exchange.has_whole_request = False
                return
        if body.length is None:
            self._send(LAST_CHUNK, request)

    def _send(self, data: bytes, request: OutgoingRequest) -> bool:
        """Send bytes; False if the server takes no more: it may have answered early, and closed."""
        limit = request.limits.write
        try:
            if self.server.is_tls:
                self._limit(limit, request)
                self._sock.sendall(data)
                return True
            rest = memoryview(data)
            while rest:
                if request.is_overdue():
                    raise TimeoutError
                try:
                    rest = rest[self._sock.send(rest) :]
                except BlockingIOError:
                    wait = readiness_of(self._sock, to_write=True)
                    if not wait(seconds_of(limit, request.deadline)):
                        raise TimeoutError from None
        except TimeoutError as error:
            raise TransportFailure("write", str(error), timed_out=True) from error
        except OSError:
            return False
        return True

    def _read(self, request: OutgoingRequest) -> bytes:
        if request.is_overdue():
            # There may be bytes waiting; a server that never stops sending must not win.
            raise TransportFailure("read", "the deadline has passed", timed_out=True)
        limit = request.limits.read
        try:
            if self.server.is_tls:
                self._limit(limit, request)
            elif not self._is_readable(seconds_of(limit, request.deadline)):
                raise TimeoutError
            data: bytes = self._sock.recv(CHUNK)
        except TimeoutError as error:
            raise TransportFailure("read", str(error), timed_out=True) from error
        except OSError as error:
            raise TransportFailure("read", str(error)) from error
        return data

    def _limit(self, limit: float | None, request: OutgoingRequest) -> None:
        """Let the next call of a TLS socket end in time."""
        seconds = seconds_of(limit, request.deadline)
        if seconds == 0:
            raise TimeoutError
        if seconds != self._timeout:  # else the system would be called for nothing
            self._sock.settimeout(seconds)
            self._timeout = seconds


def _connected(server: ServerAddress, end: float | None) -> socket.socket:
    """A socket connected to the first address that answers."""
    if is_address(server):
        addresses = addresses_of(server)
    else:
        addresses = within(end, lambda: addresses_of(server), ignore)
    failure: Exception = OSError(f"{server.host} has no address")
    for tried, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = socket.socket(family, kind, protocol)
        try:
            # A silent address leaves time for those behind it.
            _limit(sock, share(end, len(addresses) - tried))
            sock.connect(address)
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure


def _limit(sock: socket.socket, end: float | None) -> None:
    if end is None:
        sock.settimeout(None)
        return
    seconds = end - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    sock.settimeout(seconds)
