"""Connections: shared by calls, bounded, closed with their client, and of one process each."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from appbuilder_assistants import AppBuilder, AsyncAppBuilder, NotFoundError
from appbuilder_assistants._transport import response
from appbuilder_assistants._transport.with_h11 import idle

from tests.clients.bodies import (
    CHUNKED,
    EMPTY_LIST,
    RUN,
    STREAM,
    chunk,
    echo,
    framed,
    piece,
    stream_of,
)
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, Exchange, answer

MANY = 128


def read_within(stream: Any) -> None:
    """Read the events, and leave the stream without reading behind the last one."""
    with stream:
        while not stream.snapshot.finished:
            next(stream)


def test_twenty_calls_use_one_connection(harness: ClientHarness, serve: Serve) -> None:
    """Also when they are of different kinds, and when some are refused."""
    file = answer(b"x" * 100_000, content_type="image/png")
    kinds = [answer(RUN), answer({}, "404 Not Found"), file, answer(EMPTY_LIST)]
    server = serve(lambda exchange: exchange.send(kinds[(len(server.exchanges) - 1) % 4]))
    client = harness.client("k", server.url)

    for _ in range(5):
        client.threads.runs.query("t", "r")
        with pytest.raises(NotFoundError):
            client.threads.runs.run("a", "t")
        client.assistants.files.content("f")
        assert list(client.threads.runs.list_all("t")) == []

    assert len(server.exchanges) == 20
    assert server.connections == 1


def last_chunk_apart(exchange: Exchange) -> None:
    """End the body a moment after the final event."""
    exchange.send(CHUNKED + chunk(STREAM))
    threading.Event().wait(0.02)
    exchange.send(chunk(b""))


WHOLE: dict[str, Callable[[Exchange], None]] = {
    "chunked": lambda exchange: exchange.send(framed(STREAM)["chunked"]),
    "length": lambda exchange: exchange.send(framed(STREAM)["length"]),
    "last chunk apart": last_chunk_apart,
}
READERS: dict[str, Callable[[Any], object]] = {
    "loop": list,
    "with": read_within,
    "final text": lambda stream: stream.final_text(),
    "pieces": lambda stream: list(stream.text),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS.keys())
@pytest.mark.parametrize("script", WHOLE.values(), ids=WHOLE.keys())
def test_whole_streams_use_one_connection(
    harness: ClientHarness,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    script: Callable[[Exchange], None],
    read: Callable[[Any], object],
) -> None:
    """A stream that was read to its end leaves its connection to the next call."""
    monkeypatch.setattr(response, "REST_SECONDS", PATIENCE)  # for a machine that has much to do
    server = serve(script)
    client = harness.client("k", server.url)

    for _ in range(5):
        read(stream_of(client))

    assert len(server.exchanges) == 5
    assert server.connections == 1


BEHIND_THE_END: dict[str, bytes] = {
    "nothing": b"",
    "events": chunk(piece(5, "还有")),
    "no chunk": b"here be dragons\r\n",
}


@pytest.mark.parametrize("rest", BEHIND_THE_END.values(), ids=BEHIND_THE_END.keys())
@pytest.mark.parametrize("read", READERS.values(), ids=READERS.keys())
def test_a_stream_that_continues(
    harness: ClientHarness, serve: Serve, read: Callable[[Any], object], rest: bytes
) -> None:
    """The final event ends it for the reader all the same, and its connection is closed."""
    server = serve(lambda e: (e.send(CHUNKED + chunk(STREAM) + rest), e.client_disconnected())[1])
    client = harness.client("k", server.url, timeout=10 * PATIENCE)

    for _ in range(2):
        read(stream_of(client))

    assert server.all_closed()
    assert server.connections == 2


def test_a_reader_that_stops_at_the_final_event(harness: ClientHarness, serve: Serve) -> None:
    """A stream that is read event by event is over with the last of them."""
    server = serve(lambda e: (e.send(CHUNKED + chunk(STREAM)), e.client_disconnected())[1])
    stream = stream_of(harness.client("k", server.url))

    while not stream.snapshot.finished:
        next(stream)

    assert server.all_closed()


@pytest.mark.slow
def test_128_calls_at_once(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """They open at most one connection each; as many calls again open none."""
    # A machine that has much else to do may take longer for them than connections are kept idle.
    monkeypatch.setattr(idle, "KEEP_SECONDS", float("inf"))
    opened: list[int] = []

    def script(exchange: Exchange) -> None:
        exchange.sock.settimeout(None)
        echo(exchange)

    server = serve(script)

    async def main() -> None:
        async with AsyncAppBuilder("k", server.url, timeout=60) as client:
            for _ in range(2):
                calls = [client.threads.runs.query(f"线{n}", "r") for n in range(MANY)]
                runs = await asyncio.gather(*calls)
                assert [run.thread_id for run in runs] == [f"线{n}" for n in range(MANY)]
                opened.append(server.connections)

    asyncio.run(main())

    assert len(server.exchanges) == 2 * MANY
    assert opened[0] <= MANY
    assert opened[1] == opened[0]


def test_128_calls_in_a_small_pool(serve: Serve) -> None:
    """They wait for each other's connections; there are never more than allowed."""
    server = serve(echo)
    limits = httpx.Limits(max_connections=8)

    async def main() -> None:
        async with httpx.AsyncClient(limits=limits) as http:
            client = AsyncAppBuilder("k", server.url, http_client=http)
            calls = [client.threads.runs.query(f"t{n}", "r") for n in range(MANY)]
            runs = await asyncio.gather(*calls)
            assert [run.thread_id for run in runs] == [f"t{n}" for n in range(MANY)]

    asyncio.run(main())

    assert len(server.exchanges) == MANY
    assert server.connections <= 8


def test_two_clients_at_once(harness: ClientHarness, serve: Serve) -> None:
    """Different tokens and gateways in one process do not get mixed up, as calls interleave."""
    servers = [serve(echo) for _ in range(2)]
    clients = [harness.client(f"k{n}", server.url) for n, server in enumerate(servers)]

    def ask(number: int) -> Any:
        return lambda: clients[number % 2].threads.runs.query(f"t{number}", "r")

    runs = harness.together([ask(number) for number in range(32)])

    assert [run.thread_id for run in runs] == [f"t{number}" for number in range(32)]
    for number, server in enumerate(servers):
        assert {e.headers["authorization"] for e in server.exchanges} == {f"Bearer k{number}"}
        assert {int(e.json["thread_id"][1:]) % 2 for e in server.exchanges} == {number}


def test_closing_a_client_closes_its_connections(harness: ClientHarness, serve: Serve) -> None:
    """All of them, at once; the connections of another client stay."""
    count = 4
    together = threading.Barrier(count)
    closed: list[int] = []
    gone = threading.Semaphore(0)

    def script(exchange: Exchange) -> bool:
        if exchange.json["thread_id"] == "many":
            together.wait(PATIENCE)
        echo(exchange)
        if exchange.json["thread_id"] == "many" and exchange.client_disconnected():
            closed.append(exchange.connection)
            gone.release()
            return False
        return True

    server = serve(script)
    other = harness.client("k", server.url)
    other.threads.runs.query("other", "r")
    client = harness.client("k", server.url)
    harness.together([lambda: client.threads.runs.query("many", "r")] * count)

    client.close()

    assert all(gone.acquire(timeout=PATIENCE) for _ in range(count))
    assert len(set(closed)) == count
    for _ in range(2):
        with pytest.raises(RuntimeError, match="closed"):
            client.threads.runs.query("many", "r")
    client.close()
    other.threads.runs.query("other", "r")
    assert server.connections == 1 + count


def test_a_stream_that_two_threads_end(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """One waits for the end of the body; the other, which closes the stream, raises nothing."""
    monkeypatch.setattr(response, "REST_SECONDS", PATIENCE)
    closed = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.send(CHUNKED + chunk(STREAM))
        closed.wait(PATIENCE)
        exchange.send(chunk(b""))

    with AppBuilder("k", serve(script).url) as client, ThreadPoolExecutor(1) as pool:
        stream = stream_of(client)
        reading = pool.submit(stream.until_done)
        while not stream.snapshot.finished:
            time.sleep(0.01)
        time.sleep(0.2)  # by now the other thread waits; if not, the test only sees less
        stream.close()
        closed.set()
        reading.result(PATIENCE)

    assert stream.final_run().status == "completed"


def test_many_calls_at_once(harness: ClientHarness, serve: Serve) -> None:
    """Connections that were opened for many calls at once are kept for the next ones."""
    count = 32
    together = threading.Barrier(count)

    def script(exchange: Exchange) -> None:
        together.wait(30)
        exchange.send(answer(EMPTY_LIST))

    server = serve(script)
    client = harness.client("k", server.url)

    for _ in range(2):
        pages = harness.together([lambda: client.threads.runs.list("t")] * count)
        assert [page.data for page in pages] == [[]] * count

    assert len(server.exchanges) == 2 * count
    assert server.connections == count
