"""A server that breaks one promise: a proxy that changes what passes through it."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    """An answer on its way back. `headers` has those that say something about the body or call."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Headers = dict[str, str]
HOP_BY_HOP = ("connection", "content-length", "date", "host", "transfer-encoding")


@contextmanager
def proxied(
    url: str,
    *,
    asked: Callable[[Headers], Headers] = lambda headers: headers,
    answered: Callable[[Answer], Answer] = lambda answer: answer,
) -> Iterator[str]:
    """The URL of a proxy in front of `url` that changes request headers and answers.

    It reads an answer to its end before it passes it on, so no stream may wait for the client.
    """
    host = urlsplit(url).netloc

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            upstream = http.client.HTTPConnection(host, timeout=20)
            try:
                upstream.request("POST", self.path, body, asked(_end_to_end(self.headers)))
                response = upstream.getresponse()
                read = Answer(response.status, _end_to_end(response.headers), response.read())
            finally:
                upstream.close()
            self._send(answered(read))

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: a failed check shows its request."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def _end_to_end(headers: Message[str, str]) -> Headers:
    return {name: value for name, value in headers.items() if name.lower() not in HOP_BY_HOP}
