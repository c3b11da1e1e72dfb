"""A server of prepared answers, one port for each, in a process of its own.

Any request to a port gets that port's answer, so that libraries of other APIs can be measured too.
Prints the URLs as JSON in one line, and ends with its standard input.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .answers import CHUNK, EVENTS, MEGABYTES, event, ok, run, stream_head

SECONDS_BEFORE_FIRST_EVENT = 0.005
PAGES = (20, 100, 1000)
STREAMS = (1_000, 10_000, 100_000, 1_000_000)  # events


class Prepared(asyncio.Protocol):
    """Requests of one connection; each is answered when its body has come."""

    def __init__(self, answer: Callable[[asyncio.Transport], None], counts: list[int]) -> None:
        self._answer = answer
        self._counts = counts  # of connections and requests, in one answer's port
        self._head = bytearray()
        self._missing = 0  # bytes of the body
        self._in_body = False
        self._chunked = False
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._counts[0] += 1

    def data_received(self, data: bytes) -> None:
        while data:
            if not self._in_body:
                data = self._read_head(data)
            elif self._chunked:
                # The body's end; its last bytes may come in two pieces.
                self._tail = (self._tail + data)[-5:]
                data = b""
                if self._tail == b"0\r\n\r\n":
                    self._finish()
            else:
                data, self._missing = data[self._missing :], self._missing - len(data)
            if self._in_body and not self._chunked and self._missing <= 0:
                self._finish()

    def _read_head(self, data: bytes) -> bytes:
        self._head += data
        end = self._head.find(b"\r\n\r\n")
        if end < 0:
            return b""
        head = bytes(self._head[:end]).lower()
        rest = bytes(self._head[end + 4 :])
        self._head.clear()
        self._in_body = True
        self._chunked = b"transfer-encoding: chunked" in head
        at = head.find(b"content-length:")
        self._missing = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        self._tail = b""
        return rest

    def _finish(self) -> None:
        self._in_body = False
        self._counts[1] += 1
        self._answer(self._transport)


def prepared(answer: bytes) -> Callable[[asyncio.Transport], None]:
    return lambda transport: transport.write(answer)


def late_stream(transport: asyncio.Transport) -> None:
    """The first event with the time it was sent, after a while, and then the rest."""
    transport.write(stream_head())

    def first() -> None:
        transport.write(event(0, detail=str(time.monotonic_ns())))

    def rest() -> None:
        transport.write(event(1) + event(2, status="completed") + b"0\r\n\r\n")

    loop = asyncio.get_running_loop()
    loop.call_later(SECONDS_BEFORE_FIRST_EVENT, first)
    loop.call_later(2 * SECONDS_BEFORE_FIRST_EVENT, rest)


def large_file(transport: asyncio.Transport) -> None:
    length = MEGABYTES * len(CHUNK)
    head = (
        b"HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n"
        b'content-disposition: attachment; filename="a.bin"\r\n'
        b"content-length: " + str(length).encode() + b"\r\n\r\n"
    )
    repeated(transport, head, CHUNK, MEGABYTES, b"")


def long_stream(count: int) -> Callable[[asyncio.Transport], None]:
    """So many events, of which the numbers repeat."""
    events = b"".join(event(number) for number in range(1000))
    end = event(1000, status="completed") + b"0\r\n\r\n"
    return lambda transport: repeated(transport, stream_head(), events, count // 1000, end)


def repeated(
    transport: asyncio.Transport, head: bytes, piece: bytes, times: int, end: bytes
) -> None:
    """Write a piece so many times, no faster than it is read."""
    transport.write(head)
    remaining = times

    def more() -> None:
        nonlocal remaining
        while remaining and transport.get_write_buffer_size() < 4 * len(CHUNK):
            transport.write(piece)
            remaining -= 1
        if remaining:
            loop.call_later(0.0005, more)
        else:
            transport.write(end)

    loop = asyncio.get_running_loop()
    more()


def page(length: int) -> dict[str, Any]:
    data = [run(number) for number in range(length)]
    ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]}
    return {"object": "list", "data": data, **ends, "has_more": False}


def answers() -> dict[str, Callable[[asyncio.Transport], None]]:
    one, many = run(0), page(100)
    events = b"".join(event(i) for i in range(EVENTS - 1))
    stored: dict[str, Any] = {"id": "file-1", "object": "file", "bytes": 1, "create_at": 1}
    stored |= {"purpose": "assistant", "filename": "a.bin", "classification_id": "0"}
    return {
        "run": prepared(ok(one)),
        "runs": prepared(ok(many)),
        "array": prepared(ok(many["data"])),
        "stream": prepared(
            stream_head() + events + event(EVENTS - 1, status="completed") + b"0\r\n\r\n"
        ),
        "late": late_stream,
        "upload": prepared(ok(stored)),
        "download": large_file,
        **{f"runs-{length}": prepared(ok(page(length))) for length in PAGES},
        **{f"stream-{count}": long_stream(count) for count in STREAMS},
    }


async def serve(certificate: Path | None) -> None:
    loop = asyncio.get_running_loop()
    urls = {}
    counts = {name: [0, 0] for name in (*answers(), "counts", "tls")}

    def counted(transport: asyncio.Transport) -> None:
        transport.write(ok(counts).replace(b"\r\n", b"\r\nconnection: close\r\n", 1))
        transport.close()

    for name, answer in {**answers(), "counts": counted}.items():
        urls[name] = await listening(answer, counts[name])
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        urls["tls"] = await listening(answers()["run"], counts["tls"], context)
    print(json.dumps(urls), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


async def listening(
    answer: Callable[[asyncio.Transport], None],
    counts: list[int],
    context: ssl.SSLContext | None = None,
) -> str:
    server = await asyncio.get_running_loop().create_server(
        lambda: Prepared(answer, counts), "127.0.0.1", 0, ssl=context, backlog=1024
    )
    port = server.sockets[0].getsockname()[1]
    return f"https://localhost:{port}" if context else f"http://127.0.0.1:{port}"


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]) if sys.argv[1:] else None))
