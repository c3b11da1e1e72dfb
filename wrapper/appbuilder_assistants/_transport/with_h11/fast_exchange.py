"""Responses read by httptools, where it is installed; h11 has the last word.

httptools reads what is plain: a head that came in one piece, in printable ASCII, with one known
length. h11 reads all else, and from its start what httptools refuses, so that what is accepted, and
what errors say, is the same with and without httptools.
"""

from __future__ import annotations

import importlib

from appbuilder_assistants._transport.protocols import TransportFailure

from .exchange import Exchange, Headers

OLDEST = (0, 7)
"""Of httptools: older ones let lines end without CR."""

KEPT = 64 * 1024
"""Bytes of a response that are kept for h11 to read again."""

_PRINTABLE = bytes(range(0x20, 0x7F)) + b"\r\n"
chosen = ""
"""The parser of the transports that are made from now on, where a test sets it."""


def exchange_class() -> type[Exchange]:
    """The best that there is, or the one that was chosen."""
    if chosen == "h11":
        return Exchange
    try:
        version = importlib.import_module("httptools").__version__
    except ImportError:
        return Exchange
    known = tuple(map(int, version.split(".")[:2])) >= OLDEST
    return FastExchange if known else Exchange


class FastExchange(Exchange):
    """As `Exchange`, by httptools."""

    parser = "httptools"

    def __init__(self) -> None:
        super().__init__()
        self._parser_class = importlib.import_module("httptools").HttpResponseParser
        self._error = importlib.import_module("httptools").HttpParserError

    def begin(self) -> None:
        self._reset()
        self._is_by_h11 = False
        self._events: _Events | None = None
        self._seen: bytes | None = b""

    def feed(self, data: bytes) -> None:
        if self._is_by_h11:
            super().feed(data)
            return
        if self._seen is not None:
            self._seen = self._seen + data if len(self._seen) + len(data) <= KEPT else None
        events = self._events
        if events is None:
            if not _is_plain(data):
                self._read_again(data)
                return
            events = self._events = _Events(self._pieces)
            self._parser = self._parser_class(events)
        if not data:
            self._end(events)
            return
        try:
            self._parser.feed_data(data)
        except self._error as error:
            if events.is_complete:
                events.is_behind = True
            else:
                self._read_again(data, str(error))
                return
        if self.head is None and not self._take_head(events):
            self._read_again(data)
            return
        self.is_complete = events.is_complete
        if self.is_complete:
            del self._pieces[events.count :]  # of what came behind the response

    def can_go_on(self) -> bool:
        if self._is_by_h11 or self._events is None or self.head is None:
            return super().can_go_on()
        is_kept = "close" not in self.head[1].get("connection", "").lower()
        is_over = self.is_complete and self.has_whole_request
        return is_over and is_kept and not (self._events.is_behind or self._pieces)

    def _take_head(self, events: _Events) -> bool:
        """Read the head; False if its framing is not plain."""
        status, headers = self._parser.get_status_code(), Headers(events.headers)
        length, coding = headers.get("content-length"), headers.get("transfer-encoding")
        if status < 200 or status in (204, 304) or (length is None) is (coding is None):
            return False
        if coding not in (None, "chunked"):
            return False
        self.head = status, headers
        return True

    def _end(self, events: _Events) -> None:
        """The connection has ended before the response."""
        assert self.head
        expected = self.head[1].get("content-length")
        size = self._taken + sum(map(len, self._pieces))
        received = f"received {size} bytes, expected {expected}"
        why = "incomplete chunked read" if expected is None else received
        self._read_again(
            b"", f"peer closed connection without sending complete message body ({why})"
        )

    def _read_again(self, data: bytes, why: str = "") -> None:
        """Let h11 read the response from its start, without what has been taken of it."""
        if self._seen is None:
            self._failure = TransportFailure("read", why)
            return
        seen, taken = self._seen, self._taken
        self._is_by_h11 = True
        super().begin()
        if seen:
            super().feed(seen)
        if not data:
            super().feed(b"")
        body = b"".join(self._pieces)
        self._pieces[:] = [body[taken:]] if len(body) > taken else []


class _Events:
    """Takes what httptools finds in one response."""

    __slots__ = ("count", "has_head", "headers", "is_behind", "is_complete", "on_body", "pieces")

    def __init__(self, pieces: list[bytes]) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.pieces = pieces
        self.count = 0  # of the pieces that are the response's
        self.on_body = pieces.append  # called for each event of a stream
        self.has_head = self.is_complete = False
        self.is_behind = False  # whether there are bytes behind the response

    def on_message_begin(self) -> None:
        self.is_behind = self.is_complete

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.has_head:
            self.headers.append((name.lower(), value.rstrip(b" ")))

    def on_headers_complete(self) -> None:
        self.has_head = True

    def on_message_complete(self) -> None:
        if not self.is_complete:
            self.is_complete = True
            self.count = len(self.pieces)


def _is_plain(data: bytes) -> bool:
    """Whether the head is there, and has nothing in it that parsers could see differently."""
    end = data.find(b"\r\n\r\n")
    if end < 0 or not data.startswith(b"HTTP/1.1 "):
        return False
    head = data[:end]
    lines = head.count(b"\r\n")
    return (
        not head.translate(None, _PRINTABLE)
        and head.count(b"\n") == lines == head.count(b"\r")
        and b"\r\n " not in head
    )
