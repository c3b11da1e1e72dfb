"""Responses on connections of our own, as `receive` and `areceive` take them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

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

    def close(self) -> None:
        if not self.is_closed:
            self.is_closed = True
            self._release(self._connection, self._connection.exchange.can_go_on())


class SocketResponse(OpenResponse[SocketConnection]):
    """For threads."""

    def __del__(self) -> None:
        # For a body that was never closed. The collector may run at any moment: no lock is taken
        # here that this thread may hold already.
        if not self.is_closed:
            self.is_closed = True
            self._release(self._connection, False)

    def chunks(self) -> Iterator[bytes]:
        try:
            yield from self._connection.chunks(self._request)
        finally:
            self.close()

    def keeps_deadline(self) -> bool:
        return True


class AsyncSocketResponse(OpenResponse[Any]):
    """For asyncio."""

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        try:
            while chunk := await self._connection.chunk(self._request):
                yield chunk
        finally:
            self.close()

    async def aclose(self) -> None:
        self.close()
