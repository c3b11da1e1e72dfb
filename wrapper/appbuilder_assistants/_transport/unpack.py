"""Decompression of a response in pieces of bounded size.

HTTP libraries unpack each chunk whole: 64 KiB of gzip may unfold to 64 MiB at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from .protocols import AsyncIncoming, Head, Incoming, TransportFailure

if TYPE_CHECKING:
    import zlib

ACCEPTED = "gzip, deflate"
"""Accepted encodings of responses. Others, also those that httpx could read, are refused."""

PIECE = 64 * 1024
"""Bytes that are unpacked at once at the most."""


def codings(headers: Mapping[str, str]) -> list[str]:
    """How the body is compressed, in the order in which that was done; empty if it is not."""
    named = headers.get("content-encoding")
    if not named:
        return []
    names = [name.strip() for name in named.lower().split(",")]
    return [name for name in names if name not in ("", "identity")]


def can_unpack(found: list[str]) -> bool:
    """Whether these codings are one at most, and one that the request accepts."""
    return not found or (not has_stacked_encodings(found) and found[0] in ("gzip", "deflate"))


def has_stacked_encodings(found: list[str]) -> bool:
    """Whether the body is compressed more than once: one piece could unfold a million times."""
    return len(found) > 1


def unpacked(response: Incoming) -> Iterator[bytes]:
    """The body in pieces. Raises TransportFailure, also for what is not compressed so."""
    unpacker = unpacker_of(response)
    while chunk := response.chunk():
        yield from unpacker.feed(chunk)
    unpacker.finish()


class AsyncUnpacked:
    """As `unpacked`. Not a generator: the event loop would close a forgotten one by a task."""

    def __init__(self, response: AsyncIncoming) -> None:
        self._response = response
        self._unpacker = unpacker_of(response)
        self._pieces: Iterator[bytes] = iter(())
        self._is_reading = self._has_ended = False

    async def __anext__(self) -> bytes:
        while (piece := next(self._pieces, None)) is None:
            if self._is_reading:
                raise RuntimeError("this body is being read by another task")
            self._is_reading = True
            try:
                chunk = b"" if self._has_ended else await self._response.chunk()
            finally:
                self._is_reading = False
            if not chunk:
                self._has_ended = True
                self._unpacker.finish()
                raise StopAsyncIteration
            self._pieces = self._unpacker.feed(chunk)
        return piece


def unpacker_of(response: Head) -> Unpacker:
    return Unpacker(*([] if response.is_unpacked else codings(response.headers)))


class Unpacker:
    """Decompresses one coding (gzip, deflate, or none), from chunks of any size."""

    def __init__(self, coding: str | None = None) -> None:
        self._coding = coding
        self._start = b""
        self._zlib: zlib._Decompress | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The text of these bytes, in pieces of PIECE at most if they are compressed."""
        if self._coding is None:
            yield data
            return
        import zlib

        if self._zlib is None:
            # Deflate has a header of two bytes (RFC 1950), or none (RFC 1951).
            self._start += data
            if len(self._start) < 2:
                return
            data, self._start = self._start, b""
            self._zlib = zlib.decompressobj(_window(self._coding, data))
        try:
            # Bytes behind the end are no part of the body. A full piece may have more behind
            # it, also when all bytes have been taken in.
            full = True
            while (data or full) and not self._zlib.eof:
                piece = self._zlib.decompress(data, PIECE)
                data, full = self._zlib.unconsumed_tail, len(piece) == PIECE
                if piece:
                    yield piece
        except zlib.error as error:
            raise TransportFailure("read", str(error)) from error

    def finish(self) -> None:
        """Raise TransportFailure for compressed bytes that were cut off; none at all are fine."""
        if self._start or (self._zlib is not None and not self._zlib.eof):
            raise TransportFailure(
                "read", f"the body is compressed as {self._coding}, and incomplete"
            )


def _window(coding: str, start: bytes) -> int:
    """Zlib's name of the format."""
    import zlib

    if coding == "gzip":
        return zlib.MAX_WBITS | 16
    headed = start[0] & 0x0F == zlib.DEFLATED and int.from_bytes(start[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if headed else -zlib.MAX_WBITS
