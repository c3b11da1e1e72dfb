"""Sockets that keep to a deadline, for threads: asyncio can cancel what takes too long.

httpx takes its time-outs once for each phase of a request and uses them for each read and for each
address of a host, so a server that sends a byte now and then is never too late, and a host with
three addresses may take three times as long. Here what is left is counted anew for each read and
write, and the addresses share one time-out.
"""

from __future__ import annotations

import math
import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

SHORTEST = 0.001
"""Seconds: 0 would ask a socket not to block at all."""


class Until(float):
    """Seconds of a time-out that ends at an instant of `time.monotonic()` as well, if ever."""

    __slots__ = ("at", "limit")
    at: float
    limit: float | None

    def __new__(cls, limit: float | None, at: float = math.inf) -> Until:
        left = max(at - time.monotonic(), SHORTEST)
        made = super().__new__(cls, left if limit is None else min(limit, left))
        made.at = at
        made.limit = limit
        return made


def keep_deadlines(http: httpx.Client) -> httpx.Client:
    """Make the client's new connections keep to deadlines; requests without one notice nothing.

    Reaches into httpx, which offers no way to choose the sockets. Where there are others than
    httpx's own, deadlines still hold between the chunks of an answer.
    """
    for transport in (http._transport, *http._mounts.values()):
        pool = getattr(transport, "_pool", None)
        backend = getattr(pool, "_network_backend", None)
        if isinstance(backend, httpcore.SyncBackend):
            pool._network_backend = ClockedBackend(backend)  # type: ignore[union-attr]
    return http


def remaining(timeout: float | None) -> float | None:
    """Seconds of a timeout from now on."""
    if not isinstance(timeout, Until):
        return timeout
    left = max(timeout.at - time.monotonic(), SHORTEST)
    return left if timeout.limit is None else min(timeout.limit, left)


class ClockedBackend(httpcore.NetworkBackend):
    """Opens clocked streams."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        if not isinstance(timeout, Until):
            stream = self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
            return ClockedStream(stream)
        addresses = _addresses(host, port)
        whole = Until(None, time.monotonic() + Until(timeout.limit, timeout.at))
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for tried, address in enumerate(addresses):
            # A silent address leaves time for those behind it.
            share = (remaining(whole) or SHORTEST) / (len(addresses) - tried)
            try:
                stream = self._backend.connect_tcp(
                    address, port, share, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return ClockedStream(stream)
        raise failure

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        return ClockedStream(
            self._backend.connect_unix_socket(path, remaining(timeout), socket_options)
        )

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


class ClockedStream(httpcore.NetworkStream):
    """One connection."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if isinstance(timeout, Until) and time.monotonic() >= timeout.at:
            # There may be bytes waiting; a server that never stops sending must not win.
            raise httpcore.ReadTimeout("the deadline has passed")
        return self._stream.read(max_bytes, remaining(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, remaining(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return ClockedStream(
            self._stream.start_tls(ssl_context, server_hostname, remaining(timeout))
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _addresses(host: str, port: int) -> list[str]:
    """Those of a host, in the order in which the system would have them tried."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    # Not the first part of a socket's address: for a link-local one that lacks the interface.
    numeric = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV
    return [socket.getnameinfo(sockaddr, numeric)[0] for *_, sockaddr in found]
