"""Connections: shared by calls, bounded, closed with their client, and of one process each."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from appbuilder_assistants import AppBuilder, AsyncAppBuilder, NotFoundError
from appbuilder_assistants._transport import response
from appbuilder_assistants._transport.with_httpx import clients

from tests.clients.bodies import CHUNKED, EMPTY_LIST, RUN, STREAM, chunk, framed, piece, stream_of
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import PATIENCE, Exchange, answer

MANY = 128


def read_within(stream: Any) -> None:
    """Read the events, and leave the stream without having asked what comes after the last."""
    with stream:
        while not stream.snapshot.finished:
            next(stream)


def echo(exchange: Exchange) -> None:
    """Answer with a run that is of the thread that was asked for."""
    exchange.send(answer({**RUN, "thread_id": exchange.json["thread_id"]}))


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


def test_who_stops_at_the_final_event(harness: ClientHarness, serve: Serve) -> None:
    """A stream that is read event by event is over with the last of them."""
    server = serve(lambda e: (e.send(CHUNKED + chunk(STREAM)), e.client_disconnected())[1])
    stream = stream_of(harness.client("k", server.url))

    while not stream.snapshot.finished:
        next(stream)

    assert server.all_closed()


@pytest.mark.slow
def test_128_calls_at_once(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """They open no more connections than they are; as many calls again open none."""
    # A machine that has much else to do may take longer for them than connections are kept idle.
    kept = httpx.Limits(max_connections=200, max_keepalive_connections=200, keepalive_expiry=None)
    assert kept.max_connections == clients.LIMITS.max_connections
    monkeypatch.setattr(clients, "LIMITS", kept)
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


def test_resources_are_the_same(harness: ClientHarness) -> None:
    """Reading one twice makes nothing."""
    client = harness.client_class("k", "http://127.0.0.1:9")

    assert client.threads is client.threads
    assert client.threads.runs is client.threads.runs
    assert client.threads.messages is client.threads.messages
    assert client.threads.runs.steps is client.threads.runs.steps
    assert client.assistants is client.assistants
    assert client.assistants.files is client.assistants.files


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


def test_an_async_client_on_one_loop_after_another(serve: Serve) -> None:
    """`asyncio.run` twice: the second finds no dead connections of the first."""
    server = serve(echo)
    client = AsyncAppBuilder("k", server.url, retry=AT_ONCE)

    async def ask(name: str) -> str:
        runs = [await client.threads.runs.query(name, "r") for _ in range(2)]
        return runs[-1].thread_id

    async def ask_and_close(name: str) -> str:
        async with client:
            return await ask(name)

    assert asyncio.run(ask("一")) == "一"
    assert asyncio.run(ask_and_close("二")) == "二"
    assert len(server.exchanges) == 4
    assert server.connections == 2


def test_an_async_client_on_two_loops_at_once(serve: Serve) -> None:
    """The second loop gets an error with the solution; the first keeps the client."""
    server = serve(echo)
    client = AsyncAppBuilder("k", server.url, retry=AT_ONCE)
    first_asked, second_asked = threading.Event(), threading.Event()

    async def first() -> list[str]:
        names = []
        for name in ("一", "一 again"):
            names.append((await client.threads.runs.query(name, "r")).thread_id)
            first_asked.set()
            assert await asyncio.to_thread(second_asked.wait, PATIENCE)
        return names

    async def second() -> None:
        for ask in (
            lambda: client.threads.runs.query("二", "r"),
            lambda: client.threads.runs.stream_run("a", "二").until_done(),
            lambda: client.with_options(timeout=3).threads.runs.query("二", "r"),
            client.close,
        ):
            with pytest.raises(RuntimeError, match="make a client for each loop"):
                await ask()

    with ThreadPoolExecutor(1) as thread:
        firsts = thread.submit(asyncio.run, first())
        assert first_asked.wait(PATIENCE)
        try:
            asyncio.run(second())
        finally:
            second_asked.set()
        assert firsts.result(PATIENCE) == ["一", "一 again"]

    async def later() -> str:
        async with client:
            return (await client.threads.runs.query("三", "r")).thread_id

    assert asyncio.run(later()) == "三"
    assert server.connections == 2


def test_an_async_client_on_a_loop_that_only_pauses(serve: Serve) -> None:
    """A loop that is not running lends no connection to another."""
    server = serve(echo)
    client = AsyncAppBuilder("k", server.url, retry=AT_ONCE, timeout=PATIENCE)
    loops = [asyncio.new_event_loop() for _ in range(2)]

    for name in ("一", "二", "三"):
        for loop in loops:
            query = client.threads.runs.query(name, "r")
            assert loop.run_until_complete(query).thread_id == name

    loops[0].run_until_complete(client.close())
    for loop in loops:
        loop.close()


def test_an_http_client_on_two_loops_at_once(serve: Serve) -> None:
    """As much is said of one that the caller made."""
    server = serve(echo)

    async def main() -> None:
        async with httpx.AsyncClient() as http:
            client = AsyncAppBuilder("k", server.url, http_client=http)
            await client.threads.runs.query("一", "r")
            with pytest.raises(RuntimeError, match="make a client for each"):
                await asyncio.to_thread(asyncio.run, client.threads.runs.query("二", "r"))
            await client.threads.runs.query("三", "r")

    asyncio.run(main())

    assert server.connections == 1


FORK_SYNC = """
import os, sys
from appbuilder_assistants import AppBuilder

client = AppBuilder("k", sys.argv[1])

def ask(who, times):
    for number in range(times):
        name = f"{who} {number}"
        assert client.threads.runs.query(name, "r").thread_id == name, name

ask("parent", 2)
child = os.fork()
if child == 0:
    try:
        ask("child", 50)
        if sys.argv[2] == "close":
            client.close()
        ask_failed = 0
    except BaseException as error:
        print("child:", repr(error), flush=True)
        ask_failed = 1
    os._exit(ask_failed)
ask("parent", 50)
_, status = os.waitpid(child, 0)
ask("parent", 2)
client.close()
sys.exit(os.waitstatus_to_exitcode(status))
"""

FORK_ASYNC = """
import asyncio, os, sys
from appbuilder_assistants import AsyncAppBuilder

client = AsyncAppBuilder("k", sys.argv[1])

async def ask(who, times):
    for number in range(times):
        name = f"{who} {number}"
        assert (await client.threads.runs.query(name, "r")).thread_id == name, name

async def child_s(close):
    await ask("child", 50)
    if close:
        await client.close()

loop = asyncio.new_event_loop()
loop.run_until_complete(ask("parent", 2))
child = os.fork()
if child == 0:
    try:
        asyncio.run(child_s(sys.argv[2] == "close"))
        ask_failed = 0
    except BaseException as error:
        print("child:", repr(error), flush=True)
        ask_failed = 1
    os._exit(ask_failed)
loop.run_until_complete(ask("parent", 50))
_, status = os.waitpid(child, 0)
loop.run_until_complete(ask("parent", 2))
loop.run_until_complete(client.close())
loop.close()
sys.exit(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("program", [FORK_SYNC, FORK_ASYNC], ids=["sync", "async"])
@pytest.mark.parametrize("ending", ["close", "just exit"])
def test_a_fork(serve: Serve, program: str, ending: str) -> None:
    """Parent and child both continue, each on its own connection, and get their own responses."""
    server = serve(echo)

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, server.url, ending],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=6 * PATIENCE,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    asked = defaultdict(set)
    for exchange in server.exchanges:
        asked[exchange.connection].add(exchange.json["thread_id"].partition(" ")[0])
    assert list(asked.values()) == [{"parent"}, {"child"}]
    assert len(server.exchanges) == 2 + 50 + 50 + 2


def test_a_fork_of_a_client_that_was_not_used(serve: Serve) -> None:
    """A client that was made before, and used first in a child."""
    if not hasattr(os, "fork"):
        pytest.skip("this system has no fork")
    server = serve(echo)
    client = AppBuilder("k", server.url)

    child = os.fork()
    if child == 0:
        try:
            ok = client.threads.runs.query("child", "r").thread_id == "child"
            os._exit(0 if ok else 1)
        finally:
            os._exit(2)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    with client:
        assert client.threads.runs.query("parent", "r").thread_id == "parent"
    assert server.connections == 2


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
