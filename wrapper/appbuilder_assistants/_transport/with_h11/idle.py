"""Connections that no request uses at the moment, for the next one to the same server."""

from __future__ import annotations

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

    def take(self, server: ServerAddress) -> C | None:
        """Take a usable connection; close the unusable ones."""
        self._drop_old()
        while True:
            for found in reversed(self._since):
                if found.server == server:
                    break
            else:
                return None
            del self._since[found]
            if found.is_usable():
                return found
            found.abort()

    def put(self, connection: C) -> None:
        self._since[connection] = time.monotonic()
        if len(self._since) > MAX_CONNECTIONS:
            self._since.popitem(last=False)[0].abort()

    def take_all(self) -> list[C]:
        found = list(self._since)
        self._since.clear()
        return found

    def _drop_old(self) -> None:
        limit = time.monotonic() - KEEP_SECONDS
        while self._since:
            oldest = next(iter(self._since))
            if self._since[oldest] > limit:
                return
            del self._since[oldest]
            oldest.abort()
