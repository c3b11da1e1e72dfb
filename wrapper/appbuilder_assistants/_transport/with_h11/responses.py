"""Responses on connections of our own, as `receive` and `areceive` take them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from appbuilder_assistants._transport.protocols import TransportFailure

from .idle import Connection
from .sockets import SocketConnection

if TYPE_CHECKING:
    from appbuilder_assistants._transport.protocols import OutgoingRequest

    from .exchange import Headers

C = TypeVar("C", bound=Connection)


class OpenResponse(Generic[C]):
    """Holds its connection, and a place of the pool, until it is closed.

    `release` takes them back: the connection, and whether it can be used again.
    """

    is_http1 = True
    is_unpacked = False

    def __init__(
        self,
        connection: C,
        request: OutgoingRequest,
        head: tuple[int, Headers],
        release: Callable[[Any, bool], None],
    ) -> None:
        self._connection = connection
        self._request = request
        self._release = release
        self.is_closed = False
        self.status = head[0]
        self.headers: Mapping[str, str] = head[1]

    def whole(self) -> bytes | None:
        exchange = self._connection.exchange
        return exchange.take() if exchange.is_complete else None

    def check_open(self) -> None:
        """Raise TransportFailure once it is closed: another request may have the connection."""
        if self.is_closed:
            raise TransportFailure("read", "the response was closed while it was read")

    def close(self) -> None:
        if not self.is_closed:
            self.is_closed = True
            self._release(self._connection, self._connection.exchange.can_go_on())


class SocketResponse(OpenResponse[SocketConnection]):
    """For threads."""

    def chunk(self) -> bytes:
        self.check_open()
        piece = b""
        try:
            piece = self._connection.chunk(self._request)
        finally:
            if not piece:
                self.close()
        return piece

    def keeps_deadline(self) -> bool:
        return True

    def abandon(self) -> None:
        if not self.is_closed:
            self.is_closed = True
            self._release(self._connection, False)  # without the lock of the idle ones


class AsyncSocketResponse(OpenResponse[Any]):
    """For asyncio."""

    async def chunk(self) -> bytes:
        self.check_open()
        piece: bytes = b""
        try:
            piece = await self._connection.chunk(self._request)
        finally:
            if not piece:
                self.close()
        return piece

    async def aclose(self) -> None:
        self.close()
