"""Answers without end, or much larger than they look: read up to a limit, in bounded memory."""

from __future__ import annotations

import gzip
import threading
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    ApiStatusError,
    NotFoundError,
    ResponseError,
    RetryPolicy,
    ServerError,
)
from appbuilder_assistants._core.limits import MAX_BODY, MAX_ERROR_BODY

from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, Exchange, answer, head

ONCE = RetryPolicy(attempts=1)
PIECE = b" " * (1 << 18)

SPARE = 8 << 20
"""Bytes for all but the body: what is read at once, unpacked at once and quoted (64 + 64 + 16 KiB),
the test's own server, and modules that are imported when they are first used."""


def held(limit: int) -> int:
    """The most memory that an answer may take of which `limit` bytes are read.

    There is one buffer for the body, and no copy of it. It is read until it is longer than the
    limit, so one piece longer at the most, and grows to nine eighths of what is in it.
    """
    return limit * 9 // 8 + SPARE


CALLS: dict[str, Callable[[Any], object]] = {
    "runs.query": lambda client: client.threads.runs.query("t", "r"),
    "runs.run": lambda client: client.threads.runs.run("a", "t"),
    "files.create": lambda client: client.assistants.files.create(b"x"),
}


class Endless:
    """A server that begins a response and continues until the client disconnects."""

    def __init__(self, status: str, start: bytes) -> None:
        self.sent = 0
        self.disconnected = threading.Event()
        kinds = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
        self._start = head(status, kinds) + b"%x\r\n%s\r\n" % (len(start), start)

    def __call__(self, exchange: Exchange) -> None:
        try:
            exchange.send(self._start)
            while True:
                exchange.send(b"%x\r\n%s\r\n" % (len(PIECE), PIECE))
                self.sent += len(PIECE)
        finally:
            self.disconnected.set()


@pytest.fixture
def peak() -> Iterator[Callable[[], int]]:
    """The most bytes of memory that Python held since the test began."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    yield lambda: tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()


@pytest.mark.parametrize("name", ["runs.run", "files.create"])
def test_json_without_end(
    harness: ClientHarness, serve: Serve, peak: Callable[[], int], name: str
) -> None:
    """It is read up to 64 MiB; then the connection is closed and the error says so."""
    script = Endless("200 OK", b'{"id": "run_1", ')
    client = harness.client("k", serve(script).url, retry=ONCE)

    with pytest.raises(ResponseError, match="at most 64 MiB, got more; it begins") as caught:
        CALLS[name](client)

    assert "run_1" in str(caught.value)
    assert len(str(caught.value)) < 1_000
    assert script.disconnected.wait(PATIENCE)
    # Bytes in the sockets' buffers were never read.
    assert MAX_BODY <= script.sent < 1.5 * MAX_BODY
    assert peak() < held(MAX_BODY)


@pytest.mark.parametrize("name", [*CALLS, "files.content", "runs.stream_run"])
@pytest.mark.parametrize("status", ["404 Not Found", "502 Bad Gateway"])
def test_a_refusal_without_end(
    harness: ClientHarness, serve: Serve, peak: Callable[[], int], name: str, status: str
) -> None:
    """At most 1 MiB of an error body is read: only its beginning is quoted."""
    more: dict[str, Callable[[Any], object]] = {
        "files.content": lambda client: client.assistants.files.content("f"),
        "runs.stream_run": lambda client: list(client.threads.runs.stream_run("a", "t")),
    }
    script = Endless(status, b"<html>")
    client = harness.client("k", serve(script).url, retry=ONCE)

    with pytest.raises(ApiStatusError) as caught:
        {**CALLS, **more}[name](client)

    assert type(caught.value) in (NotFoundError, ServerError)
    assert len(str(caught.value)) < 1_000
    assert script.disconnected.wait(PATIENCE)
    assert script.sent < 20 * MAX_ERROR_BODY
    assert peak() < held(MAX_ERROR_BODY)


def bomb(size: int) -> bytes:
    """So many zeros, in a thousandth of that."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1 << 20)
    return b"".join(packer.compress(zeros) for _ in range(size >> 20)) + packer.flush()


BOMB = bomb(4 * MAX_BODY)


def test_a_bomb(harness: ClientHarness, serve: Serve, peak: Callable[[], int]) -> None:
    """A body that is small on the wire is measured while it is decompressed."""
    server = serve(lambda exchange: exchange.send(answer(BOMB, content_encoding="gzip")))

    with pytest.raises(ResponseError, match="at most 64 MiB"):
        CALLS["runs.query"](harness.client("k", server.url, retry=ONCE))

    assert len(BOMB) < MAX_BODY / 100
    assert peak() < held(MAX_BODY)


class Chunks(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body as httpx reads it from the network, cut as given."""

    def __init__(self, data: bytes, size: int) -> None:
        self._chunks = [data[at : at + size] for at in range(0, len(data), size)]

    def __iter__(self) -> Iterator[bytes]:
        yield from self._chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk


class Cut(httpx.MockTransport):
    """Answers with the same body, cut at the same places, however busy the machine is."""

    def __init__(self, data: bytes, size: int, status: int) -> None:
        super().__init__(
            lambda request: httpx.Response(
                status, headers={"Content-Encoding": "gzip"}, stream=Chunks(data, size)
            )
        )


@pytest.mark.parametrize("size", [1 << 10, 1 << 16, len(BOMB)], ids=["1 KiB", "64 KiB", "whole"])
@pytest.mark.parametrize("status", [200, 502])
def test_a_bomb_however_it_is_cut(
    harness: ClientHarness, peak: Callable[[], int], size: int, status: int
) -> None:
    """The bound does not depend on how many bytes the first read brings."""
    http = harness.http(transport=Cut(BOMB, size, status))
    client = harness.client("k", "http://gateway.test", http_client=http, retry=ONCE)

    with pytest.raises(ResponseError if status == 200 else ServerError):
        CALLS["runs.query"](client)

    assert peak() < held(MAX_BODY if status == 200 else MAX_ERROR_BODY)


@pytest.mark.usefixtures("decoder")
def test_an_answer_of_the_size_that_is_allowed(
    harness: ClientHarness, serve: Serve, peak: Callable[[], int]
) -> None:
    """It is read without a copy, besides the text that JSON is parsed from."""
    body = b'{"id": "run_1"}'.ljust(MAX_BODY)
    packed = gzip.compress(body, 1)
    del body
    server = serve(lambda exchange: exchange.send(answer(packed, content_encoding="gzip")))
    client = harness.client("k", server.url, retry=ONCE)

    with pytest.raises(ResponseError, match="does not match the API"):
        CALLS["runs.query"](client)

    # The body, and the text that JSON is read from.
    assert peak() < held(2 * MAX_BODY)


@pytest.mark.parametrize("coding", ["br", "zstd", "compress"])
def test_a_coding_that_was_not_asked_for(harness: ClientHarness, serve: Serve, coding: str) -> None:
    """It is refused by name, and saved nowhere; what the request accepts is in its headers."""
    server = serve(lambda e: (e.send(answer(b"?", content_encoding=coding)), False)[1])
    client = harness.client("k", server.url, retry=ONCE)

    for call in (*CALLS.values(), lambda c: c.assistants.files.content("f")):
        with pytest.raises(ApiConnectionError, match=f"compressed as '{coding}'"):
            call(client)

    asked = {exchange.headers["accept-encoding"] for exchange in server.exchanges}
    assert asked == {"gzip, deflate", "identity"}


def test_a_bomb_in_a_bomb(harness: ClientHarness, serve: Serve, peak: Callable[[], int]) -> None:
    """Stacked encodings are not decompressed: a few bytes could be gigabytes."""
    sent = answer(gzip.compress(BOMB), content_encoding="gzip, gzip")
    server = serve(lambda exchange: (exchange.send(sent), False)[1])
    client = harness.client("k", server.url, retry=ONCE)

    for call in (*CALLS.values(), lambda c: c.assistants.files.content("f")):
        with pytest.raises(ApiConnectionError, match="compressed more than once"):
            call(client)

    assert peak() < MAX_BODY
