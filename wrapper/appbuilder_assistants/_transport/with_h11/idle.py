"""Connections that no request uses at the moment, for the next one to the same server."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import Generic, Protocol, TypeVar

from .exchange import Exchange
from .server_address import ServerAddress

MAX_CONNECTIONS = 200
KEEP_SECONDS = 30.0
"""How long an idle connection is kept: more than many a pause between two calls."""


class Connection(Protocol):
    """A connection, as the pool uses it."""

    server: ServerAddress
    exchange: Exchange

    def is_usable(self) -> bool:
        """False once the server has closed it, or sent bytes without a request."""
        ...

    def abort(self) -> None: ...


C = TypeVar("C", bound=Connection)


class IdleConnections(Generic[C]):
    """A bounded number of idle connections; the newest is used first, so that the others expire."""

    def __init__(self) -> None:
        self._since: OrderedDict[C, float] = OrderedDict()  # the oldest first
        # No system call is made under it: other threads run meanwhile, and would wait.
        self._lock = threading.Lock()
        self._is_closed = False

    def take(self, server: ServerAddress) -> C | None:
        """Take a usable connection; close the unusable ones."""
        while True:
            found, old = self._next(server)
            for connection in old:
                connection.abort()
            if found is None or found.is_usable():
                return found
            found.abort()

    def put(self, connection: C) -> None:
        """Keep a connection; close it, or the oldest one, where that would be one too many."""
        with self._lock:
            if not self._is_closed:
                self._since[connection] = time.monotonic()
                if len(self._since) <= MAX_CONNECTIONS:
                    return
                connection = self._since.popitem(last=False)[0]
        connection.abort()

    def take_all(self) -> list[C]:
        with self._lock:
            found = list(self._since)
            self._since.clear()
        return found

    def after_fork(self) -> list[C]:
        """The parent's connections; a thread that is not here may have held the lock."""
        self._lock = threading.Lock()
        return self.take_all()

    def close(self) -> None:
        """Close all, and every connection that is put here later."""
        with self._lock:
            self._is_closed = True
        for connection in self.take_all():
            connection.abort()

    def _next(self, server: ServerAddress) -> tuple[C | None, list[C]]:
        """The newest connection to a server, and those that have been idle for too long."""
        old = []
        limit = time.monotonic() - KEEP_SECONDS
        with self._lock:
            while self._since:
                oldest = next(iter(self._since))
                if self._since[oldest] > limit:
                    break
                del self._since[oldest]
                old.append(oldest)
            for connection in reversed(self._since):
                if connection.server == server:
                    del self._since[connection]
                    return connection, old
        return None, old
