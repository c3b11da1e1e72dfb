"""Only the standard library: a socket and `json.loads`, or http.client; how little it can cost."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from .kinds import Act, Row, Urls, all_events, delays, interpreter, threaded, times

BODY = b'{"thread_id":"thread_1","run_id":"run_1"}'
REQUEST = (
    b"POST /v2/threads/runs/query HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    b"content-length: " + str(len(BODY)).encode() + b"\r\n\r\n" + BODY
)


def connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    return socket.create_connection((parts.hostname, parts.port))


def exchange(sock: socket.socket) -> object:
    """One request; the answer has a Content-Length."""
    sock.sendall(REQUEST)
    data = sock.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.rpartition(b"content-length: ")[2])
    while len(body) < length:
        body += sock.recv(1 << 20)
    return json.loads(body)


def posting(name: str) -> Row:
    @contextmanager
    def row(urls: Urls) -> Iterator[Act]:
        with connected(urls[name]) as sock:
            yield times(lambda: exchange(sock))

    return row


@contextmanager
def threads(urls: Urls) -> Iterator[Act]:
    import threading

    local = threading.local()

    def once() -> None:
        if not hasattr(local, "sock"):
            local.sock = connected(urls["run"])
        exchange(local.sock)

    with threaded(once) as act:
        yield act


@contextmanager
def stream(urls: Urls) -> Iterator[Act]:
    def once() -> None:
        with connected(urls["stream"]) as sock:
            sock.sendall(REQUEST)
            count, rest = 0, b""
            while not rest.endswith(b"0\r\n\r\n"):
                *lines, rest = (rest + sock.recv(1 << 18)).split(b"\n")
                for line in lines:
                    if line.startswith(b"data:"):
                        json.loads(line[5:])
                        count += 1
                if lines and rest == b"" and lines[-1] == b"\r" and lines[-2] == b"0\r":
                    break
            all_events(count)

    yield times(once)


@contextmanager
def first_event(urls: Urls) -> Iterator[Act]:
    """http.client: see `kinds.delays`."""
    parts = urlsplit(urls["late"])
    connection = http.client.HTTPConnection(f"{parts.hostname}:{parts.port}")

    def once() -> int:
        connection.request("POST", "/", BODY, {"content-type": "application/json"})
        answer = connection.getresponse()
        while not (line := answer.readline()).startswith(b"data:"):
            pass
        event = json.loads(line[5:])
        late = time.monotonic_ns() - int(event["content"][0]["text"]["value"])
        answer.read()
        return late

    yield delays(once)
    connection.close()


CALL = (
    "import json, http.client; c = http.client.HTTPConnection('{run}'[7:]); "
    "c.request('POST', '/', b'{}', {'content-type': 'application/json'}); "
    "json.loads(c.getresponse().read())"
)
ROWS: dict[str, Row] = {
    "look-up": posting("run"),
    "list": posting("runs"),
    "stream": stream,
    "many-threads": threads,
    "first-event": first_event,
    "start": interpreter(CALL),
}
