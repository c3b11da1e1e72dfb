"""Open bodies that a program forgets, or reads with one cancellation after another."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from typing import Any

import pytest
from appbuilder_assistants._core.calls import Reply
from appbuilder_assistants._transport.with_httpx.clients import pools_of

from tests.clients.bodies import CHUNKED, chunk
from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, Exchange, RawServer
from tests.soak.counts import taken
from tests.transport.conftest import Make
from tests.transport.harness import OnLoop, Threads, outgoing
from tests.transport.implementations import Implementation

PLACES = 2


@pytest.fixture
def small(make: Make) -> Threads | OnLoop:
    return make(places=PLACES)


def unfinished(exchange: Exchange) -> bool:
    exchange.send(CHUNKED + chunk("{你".encode()))
    return exchange.client_disconnected()


@pytest.mark.parametrize("is_read", [True, False])
def test_in_a_reference_cycle(small: Threads | OnLoop, serve: Serve, is_read: bool) -> None:
    """The collector may find all parts of a body at once; its connection is closed, and once."""
    server = serve(unfinished)
    problems: list[dict[str, Any]] = []
    if isinstance(small, OnLoop):
        small.loop.set_exception_handler(lambda _, problem: problems.append(problem))

    for _ in range(2 * PLACES):
        reply = small.send(outgoing(server.url, open_=True))
        assert isinstance(reply, Reply)
        assert not is_read or small.next(reply) == "{你".encode()
        cycle: list[Any] = [reply]
        cycle.append(cycle)
        del reply, cycle
        gc.collect()
        wait_for_idle(small, server)
        gc.collect()

    assert problems == []
    assert server.connections == 2 * PLACES
    assert server.all_closed()


def test_while_the_library_holds_its_lock(
    implementation: Implementation, small: Threads | OnLoop, serve: Serve
) -> None:
    """The collector may run within httpcore's pool; closing does not wait there for the lock."""
    if implementation.is_async or not implementation.name.startswith("httpx"):
        pytest.skip("httpcore's pool has a lock for threads")
    server = serve(unfinished)
    reply = small.send(outgoing(server.url, open_=True))
    assert isinstance(reply, Reply)
    assert small.next(reply) == "{你".encode()
    [pool] = pools_of(small.transport.to(server.url).http)
    forgotten = [reply]
    del reply

    def collect() -> None:
        with pool._optional_thread_lock:
            forgotten.clear()

    thread = threading.Thread(target=collect, daemon=True)
    thread.start()
    thread.join(PATIENCE)

    assert not thread.is_alive()
    assert server.all_closed()
    wait_for_idle(small, server)


def wait_for_idle(small: Threads | OnLoop, server: RawServer) -> None:
    deadline = time.monotonic() + PATIENCE
    while taken(small.transport, server.url) and time.monotonic() < deadline:
        small.settle()
    assert taken(small.transport, server.url) == []


@pytest.mark.parametrize("rounds", range(5))
def test_a_read_that_is_cancelled_twice(small: Threads | OnLoop, serve: Serve, rounds: int) -> None:
    """The second time the library is closing the connection already."""
    if not isinstance(small, OnLoop):
        pytest.skip("threads cannot be cancelled")
    server = serve(unfinished)

    async def main() -> None:
        reply = await small.transport.send(outgoing(server.url, open_=True))
        assert isinstance(reply, Reply)
        assert await anext(reply.live) == "{你".encode()
        reading = asyncio.ensure_future(anext(reply.live))
        await asyncio.sleep(0.01)
        reading.cancel()
        for _ in range(rounds):
            await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait([reading])
        await reply.live.aclose()

    small.run(main())

    assert taken(small.transport, server.url) == []
    assert server.all_closed()


@pytest.mark.parametrize("rounds", range(8))
def test_a_read_that_is_cancelled_at_the_end(
    small: Threads | OnLoop, serve: Serve, rounds: int
) -> None:
    """The library returns the connection to its pool in this moment, or closes it."""
    if not isinstance(small, OnLoop):
        pytest.skip("threads cannot be cancelled")
    server = serve(lambda exchange: exchange.send(CHUNKED + chunk("{你".encode()) + chunk(b"")))

    async def main() -> None:
        reply = await small.transport.send(outgoing(server.url, open_=True))
        assert isinstance(reply, Reply)
        assert await anext(reply.live) == "{你".encode()
        reading = asyncio.ensure_future(anext(reply.live, None))
        for _ in range(rounds):
            await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait([reading])
        await reply.live.aclose()

    small.run(main())

    assert taken(small.transport, server.url) == []
