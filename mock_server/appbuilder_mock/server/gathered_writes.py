"""Writes of one connection, sent together: a system call costs more than a small answer."""

from __future__ import annotations

import asyncio
from typing import Any

MOST_BYTES = 64 * 1024  # more are sent at once, so that a slow reader is noticed
MOST_TURNS = 20  # of the event loop, each of which brought more


class GatheredWrites:
    """A transport that sends a response in one piece, if it is made without a pause.

    An unfinished response, such as a stream, is sent when a turn of the loop has added nothing.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._waiting: list[bytes] = []
        self._size = 0
        self._turns = 0
        self._size_before = 0
        self._is_scheduled = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        self._waiting.append(data)
        self._size += len(data)
        if self._size > MOST_BYTES:
            self.flush()
        elif not self._is_scheduled:
            self._is_scheduled, self._turns, self._size_before = True, 0, 0
            self._loop.call_soon(self._flush_if_quiet)

    def _flush_if_quiet(self) -> None:
        self._turns += 1
        if self._size != self._size_before and self._turns < MOST_TURNS:
            self._size_before = self._size
            self._loop.call_soon(self._flush_if_quiet)
        else:
            self._is_scheduled = False
            self.flush()

    def flush(self) -> None:
        """Send the waiting bytes."""
        if self._waiting:
            data = b"".join(self._waiting)
            self._waiting.clear()
            self._size = 0
            self._transport.write(data)

    def close(self) -> None:
        self.flush()
        self._transport.close()

    def abort(self) -> None:
        self.flush()
        self._transport.abort()
