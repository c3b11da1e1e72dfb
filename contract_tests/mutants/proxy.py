"""A proxy that changes what passes through it: a server that breaks a promise."""

from __future__ import annotations

import functools
import http.client
import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from contract_tests.spec import document as spec

Headers = Mapping[str, str]  # names in lower case

HOP_BY_HOP = ("connection", "content-length", "host", "keep-alive", "transfer-encoding")
TIMEOUT = 30  # seconds without a byte from the server behind
CHUNK = 65536
END_OF_EVENT = re.compile(rb"\r\n\r\n|\n\n|\r\r")  # as the mock writes them


@dataclass(frozen=True)
class ProxyRequest:
    """A request on its way to the server."""

    method: str
    path: str  # with the query
    headers: Headers
    body: bytes

    @property
    def operation_id(self) -> str:
        """Empty when it is no operation's."""
        return spec.operations_by_path().get(urlsplit(self.path).path, "")

    @functools.cached_property
    def json(self) -> dict[str, Any]:
        """The body, when it is a JSON object; else empty."""
        try:
            body = json.loads(self.body)
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}


@dataclass(frozen=True)
class ProxyResponse:
    """An answer on its way back. The events of a stream pass by themselves."""

    status: int
    headers: Headers
    body: bytes = b""

    @property
    def is_stream(self) -> bool:
        return self.headers.get("content-type", "").startswith("text/event-stream")

    @functools.cached_property
    def json(self) -> Any:
        """None when the body is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


Send = Callable[[ProxyRequest], ProxyResponse]


def _same_request(request: ProxyRequest) -> ProxyRequest:
    return request


def _same_response(_request: ProxyRequest, answer: ProxyResponse, _send: Send) -> ProxyResponse:
    return answer


def _same_events(_request: ProxyRequest, events: Iterator[bytes]) -> Iterator[bytes]:
    return events


@dataclass(frozen=True)
class Change:
    """The changes to what passes through; by default none.

    - `on_request`: the request that is sent on instead, or a response without asking the server.
      Where it raises a ConnectionError, the connection is closed without a response.
    - `on_response`: the response instead; the third argument sends a request of its own.
    - `on_events`: the events of a stream instead, each whole, with the blank line behind it. The
      next one is taken when the client is to get it.
    """

    on_request: Callable[[ProxyRequest], ProxyRequest | ProxyResponse] = _same_request
    on_response: Callable[[ProxyRequest, ProxyResponse, Send], ProxyResponse] = _same_response
    on_events: Callable[[ProxyRequest, Iterator[bytes]], Iterator[bytes]] = _same_events


NO_CHANGE = Change()


@contextmanager
def proxied(url: str, change: Change = NO_CHANGE, *, chunk_size: int = 0) -> Iterator[str]:
    """The URL of a proxy in front of `url`. A stream passes event by event, as it comes.

    With a `chunk_size` every response is sent in chunks of so many bytes.
    """
    host = urlsplit(url).netloc

    def send(request: ProxyRequest) -> ProxyResponse:
        with _asked(host, request) as response:
            return ProxyResponse(response.status, _end_to_end(response.headers), response.read())

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):  # whatever the method
                return self._pass_on
            raise AttributeError(name)

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = ProxyRequest(self.command, self.path, _end_to_end(self.headers), body)
            try:
                asked = change.on_request(request)
            except ConnectionError:
                self.close_connection = True  # no answer
                return
            if isinstance(asked, ProxyResponse):
                self._send(asked)
                return
            with _asked(host, asked) as response:
                begun = ProxyResponse(response.status, _end_to_end(response.headers))
                if begun.is_stream:
                    begun = change.on_response(request, begun, send)
                    self._stream(begun, change.on_events(request, _events(response)))
                    return
                whole = ProxyResponse(begun.status, begun.headers, response.read())
            self._send(change.on_response(request, whole, send))

        def _begin(self, answer: ProxyResponse, framing: tuple[str, str]) -> None:
            self.send_response_only(answer.status)
            for name, value in (*answer.headers.items(), framing):
                self.send_header(name, value)
            self.end_headers()

        def _send(self, answer: ProxyResponse) -> None:
            if chunk_size and self.command != "HEAD":
                self._stream(answer, [answer.body])
                return
            self._begin(answer, ("Content-Length", str(len(answer.body))))
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        def _stream(self, begun: ProxyResponse, events: Iterable[bytes]) -> None:
            self._begin(begun, ("Transfer-Encoding", "chunked"))
            try:
                for event in events:
                    size = chunk_size or len(event) or 1
                    for start in range(0, len(event), size):
                        part = event[start : start + size]
                        self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                self.wfile.write(b"0\r\n\r\n")
            except ConnectionError:
                self.close_connection = True  # the client went away, as it may

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: a failed check shows its request."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def _asked(host: str, request: ProxyRequest) -> Iterator[http.client.HTTPResponse]:
    upstream = http.client.HTTPConnection(host, timeout=TIMEOUT)
    try:
        upstream.request(request.method, request.path, request.body, dict(request.headers))
        yield upstream.getresponse()
    finally:
        upstream.close()


def _events(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """Each event when its last byte arrives; what follows the last one as it is."""
    buffer = b""
    while chunk := response.read1(CHUNK):
        buffer += chunk
        while end := END_OF_EVENT.search(buffer):
            yield buffer[: end.end()]
            buffer = buffer[end.end() :]
    if buffer:
        yield buffer


def _end_to_end(headers: Message[str, str]) -> dict[str, str]:
    return {
        name.lower(): value for name, value in headers.items() if name.lower() not in HOP_BY_HOP
    }
