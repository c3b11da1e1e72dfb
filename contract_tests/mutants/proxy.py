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
class Request:
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
class Answer:
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


Send = Callable[[Request], Answer]


def _same(request: Request) -> Request:
    return request


def _kept(_request: Request, answer: Answer, _send: Send) -> Answer:
    return answer


def _told(_request: Request, events: Iterator[bytes]) -> Iterator[bytes]:
    return events


@dataclass(frozen=True)
class Change:
    """What is done to what passes through; by default nothing.

    - `asked`: the request that is sent on instead, or an answer without asking the server. Where it
      raises a ConnectionError, the connection is closed without an answer.
    - `answered`: the answer instead; the third argument sends a request of its own.
    - `told`: the events of a stream instead, each whole, with the blank line behind it. It is asked
      for the next when the client is to get it.
    """

    asked: Callable[[Request], Request | Answer] = _same
    answered: Callable[[Request, Answer, Send], Answer] = _kept
    told: Callable[[Request, Iterator[bytes]], Iterator[bytes]] = _told


NO_CHANGE = Change()


@contextmanager
def proxied(url: str, change: Change = NO_CHANGE) -> Iterator[str]:
    """The URL of a proxy in front of `url`. A stream passes event by event, as it is told."""
    host = urlsplit(url).netloc

    def send(request: Request) -> Answer:
        with _asked(host, request) as response:
            return Answer(response.status, _end_to_end(response.headers), response.read())

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):  # whatever the method
                return self._pass_on
            raise AttributeError(name)

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = Request(self.command, self.path, _end_to_end(self.headers), body)
            try:
                asked = change.asked(request)
            except ConnectionError:
                self.close_connection = True  # no answer
                return
            if isinstance(asked, Answer):
                self._send(asked)
                return
            with _asked(host, asked) as response:
                begun = Answer(response.status, _end_to_end(response.headers))
                if begun.is_stream:
                    begun = change.answered(request, begun, send)
                    self._stream(begun, change.told(request, _events(response)))
                    return
                whole = Answer(begun.status, begun.headers, response.read())
            self._send(change.answered(request, whole, send))

        def _begin(self, answer: Answer, framing: tuple[str, str]) -> None:
            self.send_response_only(answer.status)
            for name, value in (*answer.headers.items(), framing):
                self.send_header(name, value)
            self.end_headers()

        def _send(self, answer: Answer) -> None:
            self._begin(answer, ("Content-Length", str(len(answer.body))))
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        def _stream(self, begun: Answer, events: Iterable[bytes]) -> None:
            self._begin(begun, ("Transfer-Encoding", "chunked"))
            try:
                for event in events:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
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
def _asked(host: str, request: Request) -> Iterator[http.client.HTTPResponse]:
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
