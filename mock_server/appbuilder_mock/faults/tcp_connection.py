"""The TCP connection under a request, for responses that break it: an ASGI extension of our own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import Any, Protocol

from starlette.types import Scope

EXTENSION = "appbuilder_mock.faults.tcp_connection"
NO_LINGER = struct.pack("ii", 1, 0)  # closing sends a reset at once


class Transport(Protocol):
    """The methods of a transport that breaking a connection needs."""

    def abort(self) -> None: ...
    def close(self) -> None: ...
    def get_extra_info(self, name: str) -> Any: ...


class Connection:
    """One TCP connection, and the ways to break it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.lost = asyncio.Event()

    async def reset(self) -> None:
        """Send a reset; what was written and not yet read may be lost. Returns when it is done."""
        sock = self._transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self._transport.abort()
        await self.lost.wait()

    async def hang_up(self) -> None:
        """Close after all that was written, and not a byte more. Returns when it is done."""
        self._transport.close()
        await self.lost.wait()

    async def pause(self, seconds: float) -> None:
        """Wait, unless the client disconnects."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.lost.wait(), seconds)


def connection_of(scope: Scope) -> Connection:
    """The connection of a request. Raises RuntimeError under another server than ours."""
    connection = scope.get("extensions", {}).get(EXTENSION)
    if not isinstance(connection, Connection):
        raise RuntimeError("this fault needs the server of appbuilder_mock.running")
    return connection
