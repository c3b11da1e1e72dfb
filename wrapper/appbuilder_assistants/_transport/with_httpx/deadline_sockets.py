"""Sockets with a deadline, for threads: asyncio can cancel a wait that takes too long.

httpx takes its timeouts once for each phase of a request and uses them for each read and for each
address of a host, so a server that sends a byte now and then is never too late, and a host with
three addresses may take three times as long. Here the remaining time is computed for each read and
write, and the addresses share one timeout.
"""

from __future__ import annotations

import math
import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore

from appbuilder_assistants._transport.protocols import OutgoingRequest

SHORTEST = 0.001
"""Seconds: 0 would ask a socket not to block at all."""


class DeadlineTimeout(float):
    """Seconds of a timeout that ends at the deadline of its request as well, if it has one."""

    __slots__ = ("limit", "request")
    limit: float | None
    request: OutgoingRequest

    def __new__(cls, limit: float | None, request: OutgoingRequest) -> DeadlineTimeout:
        made = super().__new__(cls, _remaining(limit, request.deadline))
        made.limit, made.request = limit, request
        return made


def deadline_timeout(limit: float | None, request: OutgoingRequest) -> DeadlineTimeout | None:
    """The timeout of one phase of a request; None if nothing ends it."""
    if limit is None and request.deadline is None:
        return None
    return DeadlineTimeout(limit, request)


def remaining(timeout: float | None) -> float | None:
    """Seconds of a timeout from now on."""
    if not isinstance(timeout, DeadlineTimeout):
        return timeout
    return _remaining(timeout.limit, timeout.request.deadline)


def _remaining(limit: float | None, deadline: float | None) -> float:
    seconds = math.inf if deadline is None else max(deadline - time.monotonic(), SHORTEST)
    return seconds if limit is None else min(limit, seconds)


def keep_deadlines(pools: list[Any]) -> None:
    """Apply deadlines to new connections of the pools; requests without one are not affected.

    Reaches into httpcore, which offers no way to choose the sockets later. Where there are others
    than its own, deadlines still hold between the chunks of a response.
    """
    for pool in pools:
        if isinstance(pool._network_backend, httpcore.SyncBackend):
            pool._network_backend = ClockedBackend(pool._network_backend)


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
        if not isinstance(timeout, DeadlineTimeout):
            stream = self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
            return ClockedStream(stream)
        addresses = _addresses(host, port)
        end = time.monotonic() + (remaining(timeout) or SHORTEST)
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for tried, address in enumerate(addresses):
            # A silent address leaves time for those behind it.
            share = max(end - time.monotonic(), SHORTEST) / (len(addresses) - tried)
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
        if isinstance(timeout, DeadlineTimeout) and timeout.request.is_overdue():
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
