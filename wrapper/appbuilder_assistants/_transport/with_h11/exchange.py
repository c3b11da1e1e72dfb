"""HTTP/1.1 without I/O: the bytes of a request, and a response out of the bytes that come.

h11 reads the responses. Requests are written here: their headers are our own, and what a program
adds to them has been checked in its settings.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import h11

from appbuilder_assistants._core.multipart import MultipartBody
from appbuilder_assistants._transport.protocols import OutgoingRequest, TransportFailure

from .server_address import ServerAddress

MAX_HEAD = 100 * 1024
"""Bytes of a response's head, and of one line of its framing: what is longer is refused."""

# h11 follows both sides of an exchange: it is shown a request of the same meaning as the one that
# is sent, and which costs it less to look at.
_REQUEST = h11.Request(method="POST", target="/", headers=[("host", "h"), ("content-length", "0")])
_END = h11.EndOfMessage()


class Headers(Mapping[str, str]):
    """Headers of a response, by lower-case name; what came more than once is joined by commas."""

    def __init__(self, raw: Any) -> None:
        values: dict[str, str] = {}
        for name_bytes, value_bytes in raw:
            name, value = name_bytes.decode("ascii"), _text(value_bytes)
            values[name] = f"{values[name]}, {value}" if name in values else value
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Headers({self._values!r})"


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("iso-8859-1")


def head_of(request: OutgoingRequest, server: ServerAddress) -> bytes:
    """The head of a request. Raises UnicodeError for what is not ASCII."""
    target = request.url[len(server.url) :] or "/"
    if not target.isascii():
        target = quote(target, safe="/%")
    if request.query:
        target += "?" + urlencode(request.query, quote_via=quote)
    lines = [f"{request.method} {target} HTTP/1.1", f"Host: {server.netloc}"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    if isinstance(request.body, MultipartBody):
        if request.body.length is None:
            lines.append("Transfer-Encoding: chunked")
    elif "Content-Length" not in request.headers:
        lines.append(f"Content-Length: {len(request.body)}")
    # Only here, where no variable holds it: tracebacks may be shown with their variables.
    return b"".join(
        (
            "\r\n".join(lines).encode("ascii"),
            b"\r\nAuthorization: ",
            request.authorization.reveal().encode("ascii"),
            b"\r\n\r\n",
        )
    )


def end_of(limit: float | None, deadline: float | None) -> float | None:
    """The instant at which a wait that begins now is over."""
    if limit is None:
        return deadline
    end = time.monotonic() + limit
    return end if deadline is None or end < deadline else deadline


def seconds_of(limit: float | None, deadline: float | None) -> float | None:
    """The seconds that a wait may take that begins now."""
    end = end_of(limit, deadline)
    return None if end is None else max(end - time.monotonic(), 0.0)


def framed(piece: bytes) -> bytes:
    """A piece of a body whose length is not known beforehand."""
    return b"%x\r\n%b\r\n" % (len(piece), piece)


LAST_CHUNK = b"0\r\n\r\n"


class Exchange:
    """One side of a connection: the responses that it receives, one after another."""

    def __init__(self) -> None:
        self._h11 = h11.Connection(h11.CLIENT, MAX_HEAD)

    def begin(self) -> None:
        """A request is about to be sent."""
        self._h11.send(_REQUEST)
        self._h11.send(_END)

    def feed(self, data: bytes) -> None:
        """Bytes that came; none at the connection's end. Raises TransportFailure."""
        if not data and self._h11.their_state is h11.SEND_RESPONSE:
            raise TransportFailure("read", "Server disconnected without sending a response.")
        try:
            self._h11.receive_data(data)
        except h11.RemoteProtocolError as error:
            raise TransportFailure("read", str(error)) from error

    def head(self) -> tuple[int, Headers] | None:
        """Status and headers; None if more bytes are needed."""
        while True:
            event = self._next()
            if isinstance(event, h11.Response):
                return event.status_code, Headers(event.headers)
            if event is h11.NEED_DATA:
                return None
            # What is informational (1xx) is passed over.
            if not isinstance(event, h11.InformationalResponse) or event.status_code == 101:
                raise TransportFailure("read", "the server changed to another protocol")

    def chunk(self) -> bytes | None:
        """Bytes of the body; none at all if more are needed, None at its end."""
        event = self._next()
        if isinstance(event, h11.Data):
            return bytes(event.data)
        if isinstance(event, h11.EndOfMessage):
            return None
        return b""

    def is_over(self) -> bool:
        """Whether the connection can be used again; if so, it is ready for the next request."""
        if self._h11.our_state is not h11.DONE or self._h11.their_state is not h11.DONE:
            return False
        if self._h11.trailing_data[0]:
            return False  # the next request would take for its response what nobody asked for
        self._h11.start_next_cycle()
        return True

    def _next(self) -> Any:
        try:
            return self._h11.next_event()
        except h11.RemoteProtocolError as error:
            raise TransportFailure("read", str(error)) from error
