"""HTTP/1.1 without I/O: the bytes of a request, and a response out of the bytes that come.

h11 reads the responses. Requests are written here: their headers are our own, and what a program
adds to them has been checked in its settings.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from appbuilder_assistants._transport.protocols import OutgoingRequest, TransportFailure

from .server_address import ServerAddress

MAX_HEAD = 100 * 1024
"""Bytes of a response's head, and of one line of its framing: what is longer is refused."""


# h11 is imported where it reads: never, as long as httptools reads all.


@cache
def _request() -> tuple[Any, Any]:
    """The events of a request with the same meaning as the one sent, and fewer headers.

    h11 follows both sides of an exchange.
    """
    import h11

    headers = [("host", "h"), ("content-length", "0")]
    return h11.Request(method="POST", target="/", headers=headers), h11.EndOfMessage()


class Headers(Mapping[str, str]):
    """Headers of a response, by lower-case name; what came more than once is joined by commas."""

    def __init__(self, raw: Sequence[tuple[bytes, bytes]]) -> None:
        try:
            pairs = [(name.decode(), value.decode()) for name, value in raw]
        except UnicodeDecodeError:  # then none of them is UTF-8, as in httpx
            pairs = [(name.decode(), value.decode("iso-8859-1")) for name, value in raw]
        values = dict(pairs)
        if len(values) < len(pairs):
            values = {}
            for name, value in pairs:
                values[name] = f"{values[name]}, {value}" if name in values else value
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def get(self, name: str, default: Any = None) -> Any:
        """As that of any mapping, without an error on the way."""
        return self._values.get(name.lower(), default)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Headers({self._values!r})"


def head_of(request: OutgoingRequest, server: ServerAddress) -> bytes:
    """The head of a request. Raises UnicodeError for what is not ASCII."""
    start = request.memo.get(server)
    if start is None:
        start = request.memo[server] = _start_of(request, server)
    body = request.body
    if isinstance(body, bytes):
        length = f"Content-Length: {len(body)}"
    elif body.length is None:
        length = "Transfer-Encoding: chunked"
    else:
        length = f"Content-Length: {body.length}"
    ids = "".join([f"{name}: {value}\r\n" for name, value in request.ids()])
    # Only here, where no variable holds it: tracebacks may be shown with their variables.
    return (
        f"{start}{ids}{length}\r\nAuthorization: {request.authorization.reveal()}\r\n\r\n"
    ).encode("ascii")


def _start_of(request: OutgoingRequest, server: ServerAddress) -> str:
    """The part of a head that is the same for every request of an operation."""
    target = request.url[len(server.url) :] or "/"
    if not target.isascii():
        target = quote(target, safe="/%")
    if request.query:
        target += "?" + urlencode(request.query, quote_via=quote)
    lines = [f"{request.method} {target} HTTP/1.1", f"Host: {server.netloc}"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return "\r\n".join([*lines, ""])


def end_of(limit: float | None, deadline: float | None) -> float | None:
    """The instant at which a wait that begins now is over."""
    if limit is None:
        return deadline
    end = time.monotonic() + limit
    return end if deadline is None or end < deadline else deadline


def seconds_of(limit: float | None, deadline: float | None) -> float | None:
    """The seconds that a wait may take that begins now."""
    if deadline is None:
        return limit
    seconds = max(deadline - time.monotonic(), 0.0)
    return seconds if limit is None else min(seconds, limit)


CHUNK = 64 * 1024
"""Bytes that are read at once at the most."""


def framed(piece: bytes) -> bytes:
    """A chunk of a body of unknown length."""
    return b"%x\r\n%b\r\n" % (len(piece), piece)


LAST_CHUNK = b"0\r\n\r\n"


class Exchange:
    """The responses that one side of a connection receives, one after another.

    `head` is that of the response, once it has come. `take` returns the received parts of the
    body, until it `is_complete`.
    """

    parser = "h11"

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._reset()

    def _reset(self) -> None:
        self.head: tuple[int, Headers] | None = None
        self.is_complete = False
        # An upload is cut short by a server that answers before it has all: it waits for the rest.
        self.has_whole_request = True
        self._taken = 0
        self._failure: TransportFailure | None = None
        self._pieces.clear()

    def begin(self) -> None:
        """Prepare for the response to the request that is sent next."""
        import h11

        self._reset()
        self._h11 = h11.Connection(h11.CLIENT, MAX_HEAD)
        for event in _request():
            self._h11.send(event)

    def feed(self, data: bytes) -> None:
        """Bytes that came; none at the connection's end. Raises TransportFailure without a head."""
        import h11

        connection = self._h11
        if not data and connection.their_state is h11.SEND_RESPONSE:
            raise TransportFailure("read", "Server disconnected without sending a response.")
        try:
            connection.receive_data(data)
            while not self.is_complete:
                event = connection.next_event()
                if isinstance(event, h11.Data):  # one for each event of a stream
                    self._pieces.append(bytes(event.data))
                elif not self._has_taken(event):
                    break
        except h11.RemoteProtocolError as error:
            failure = TransportFailure("read", str(error))
            failure.__cause__ = error
            if self.head is None:
                raise failure from error
            self._failure = failure  # behind what could be read

    def take(self) -> bytes:
        """The received part of the body; empty if more is needed. Raises TransportFailure."""
        pieces = self._pieces
        if not pieces:
            if self._failure is not None:
                raise self._failure
            return b""
        piece = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        self._taken += len(piece)
        return piece

    def can_go_on(self) -> bool:
        """Whether the connection can be used for another request."""
        import h11

        connection = self._h11
        return (
            self.has_whole_request
            and not self._pieces  # unread
            and connection.our_state is h11.DONE
            and connection.their_state is h11.DONE
            # The next request would take these bytes for its response.
            and not connection.trailing_data[0]
        )

    def _has_taken(self, event: Any) -> bool:
        """Whether there may be another event."""
        import h11

        if isinstance(event, h11.EndOfMessage):
            self.is_complete = True
        elif isinstance(event, h11.Response):
            self.head = (event.status_code, Headers(event.headers))
        elif event is h11.NEED_DATA:
            return False
        # Informational responses (1xx) are skipped.
        elif not isinstance(event, h11.InformationalResponse) or event.status_code == 101:
            raise TransportFailure("read", "the server changed to another protocol")
        return True
