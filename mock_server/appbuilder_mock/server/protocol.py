"""uvicorn's HTTP with writes that are sent together, and the connection for faults."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from appbuilder_mock.faults.tcp_connection import EXTENSION, Connection
from appbuilder_mock.server.gathered_writes import GatheredWrites

if TYPE_CHECKING:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as Uvicorns
else:
    Uvicorns = asyncio.Protocol


class WithConnection(Uvicorns):
    """A mixin for uvicorn's protocols: the writes, and a Connection in each request's scope."""

    def connection_made(self, transport: Any) -> None:
        if not isinstance(transport, GatheredWrites):
            transport = GatheredWrites(transport)
        self._writes = transport
        super().connection_made(transport)
        self._connection = Connection(transport)
        self.app = _with_extension(self.app, self._connection)

    def on_response_complete(self) -> None:
        self._writes.flush()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._connection.lost.set()


class ProtocolWithH11(WithConnection, H11Protocol):  # type: ignore[misc]
    """HTTP as h11 reads it."""


def _with_extension(app: ASGIApp, connection: Connection) -> ASGIApp:
    async def with_extension(scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"] = {**(scope.get("extensions") or {}), EXTENSION: connection}
        await app(scope, receive, send)

    return with_extension
