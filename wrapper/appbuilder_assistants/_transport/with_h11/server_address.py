"""The servers that this transport reaches by itself, and the connections to each that are idle."""

from __future__ import annotations

import re
import select
import socket
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from appbuilder_assistants._settings.addresses import ip_of

_PLAIN = re.compile(r"(https?)://(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?(?=/|$)")
_PATH = re.compile(r"[A-Za-z0-9._~/-]*")

LONGEST_WAIT = 2_000_000.0
"""Seconds that the system can be asked to wait: some 23 days."""


class ServerAddress(NamedTuple):
    """Where a connection leads. `url` is the origin's part of the URLs of requests."""

    url: str
    is_tls: bool
    host: str
    port: int
    netloc: str


def server_of(gateway_url: str) -> ServerAddress | None:
    """The origin of a gateway; None for a URL that only httpx can parse."""
    match = _PLAIN.match(gateway_url)
    if match is None or not _PATH.fullmatch(gateway_url, match.end()):
        return None
    scheme, host, digits = match.groups()
    is_tls = scheme == "https"
    default = 443 if is_tls else 80
    port = int(digits or default)
    if not 0 < port < 65536 or host.startswith(("-", ".")) or ".." in host or len(host) > 253:
        return None
    if "xn--" in host.lower():
        return None  # httpx looks at what it stands for
    netloc = host.lower() if port == default else f"{host.lower()}:{port}"
    return ServerAddress(match[0], is_tls, host.strip("[]").lower(), port, netloc)


def is_address(server: ServerAddress) -> bool:
    """Whether the host is an address, so that nothing has to be looked up."""
    return ip_of(server.host) is not None


def addresses_of(server: ServerAddress) -> list[Any]:
    """As `socket.getaddrinfo`."""
    # For a str, Python would load its tables of international names; these hosts are ASCII.
    return socket.getaddrinfo(server.host.encode("ascii"), server.port, type=socket.SOCK_STREAM)


def share(end: float | None, count: int) -> float | None:
    """The deadline of one of several waits in a row, so that a silent address leaves time."""
    if end is None:
        return None
    now = time.monotonic()
    return now + (end - now) / count


def readiness_of(sock: socket.socket, *, to_write: bool = False) -> Callable[[float | None], bool]:
    """Waits, for so many seconds at most, until an open socket can be read, or written.

    Returns whether it can. The end of the connection, and an error, can be read.
    """
    if not hasattr(select, "poll"):  # on Windows, where `select` takes any number
        to_read, written = ([], [sock]) if to_write else ([sock], [])
        return lambda seconds: any(select.select(to_read, written, [], seconds))
    poll = select.poll()
    poll.register(sock, select.POLLOUT if to_write else select.POLLIN)
    return lambda seconds: bool(poll.poll(seconds and min(seconds, LONGEST_WAIT) * 1000))


def ignore(_late: object) -> None:
    """Ignore addresses that come too late."""
