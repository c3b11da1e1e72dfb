"""Places in a pool: taken in the order of asking, within the time there is, and given back."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import httpx
import pytest
from appbuilder_assistants import ApiTimeoutError, AsyncAppBuilder, DeadlineExceededError
from appbuilder_assistants._transport import places
from appbuilder_assistants._transport.places import AsyncFairSemaphore, FairSemaphore
from appbuilder_assistants._transport.with_httpx import clients
from appbuilder_assistants._transport.with_httpx.transport import HttpxTransport

from tests.clients.bodies import CHUNKED, RUN, STREAM, chunk
from tests.clients.client_harness import AsyncHarness, ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import PATIENCE, Exchange, answer

ONE = httpx.Limits(max_connections=1)
MOMENT = 0.2
"""Seconds that a call is given which cannot succeed: a fiftieth of what would be too long."""


class Held:
    """A server that keeps the first request waiting until it is let go."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.go = threading.Event()

    def __call__(self, exchange: Exchange) -> None:
        if not self.asked.is_set():
            self.asked.set()
            self.go.wait(PATIENCE)
        exchange.send(answer({**RUN, "thread_id": exchange.json["thread_id"]}))


def test_threads_are_served_in_order() -> None:
    """The longest waiting is next, and a later one does not overtake."""
    semaphore = FairSemaphore(1)
    assert semaphore.acquire(None)
    served: list[int] = []

    def wait(number: int) -> None:
        assert semaphore.acquire(PATIENCE)
        served.append(number)
        semaphore.release()

    with ThreadPoolExecutor(5) as threads:
        for number in range(5):
            threads.submit(wait, number)
            until = time.monotonic() + PATIENCE
            while len(semaphore._waiters) <= number and time.monotonic() < until:
                time.sleep(0.001)
        semaphore.release()

    assert served == [0, 1, 2, 3, 4]
    assert semaphore.free == 1


def test_tasks_are_served_in_order() -> None:
    """As for threads; one that is cancelled meanwhile is passed over."""

    async def main() -> list[int]:
        semaphore = AsyncFairSemaphore(1)
        assert await semaphore.acquire(None)
        served: list[int] = []

        async def wait(number: int) -> None:
            assert await semaphore.acquire(None)
            served.append(number)
            semaphore.release()

        tasks = [asyncio.create_task(wait(number)) for number in range(5)]
        await asyncio.sleep(0)
        tasks[2].cancel()
        semaphore.release()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert semaphore.free == 1
        return served

    assert asyncio.run(main()) == [0, 1, 3, 4]


def test_a_task_that_is_cancelled_when_its_turn_comes() -> None:
    """Its place goes to the next, and back in the end."""

    async def main() -> int:
        semaphore = AsyncFairSemaphore(1)
        await semaphore.acquire(None)
        first, second = (asyncio.create_task(semaphore.acquire(None)) for _ in range(2))
        await asyncio.sleep(0)
        semaphore.release()  # to the first, who has not woken yet
        first.cancel()
        assert await second
        assert first.cancelled()
        semaphore.release()
        return semaphore.free

    assert asyncio.run(main()) == 1


def test_a_thread_whose_time_is_over_when_its_turn_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its place is not lost."""
    semaphore = FairSemaphore(1)
    semaphore.acquire(None)

    class Late(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            semaphore.release()
            return False

    monkeypatch.setattr(f"{places.__name__}.threading.Event", Late)

    assert not semaphore.acquire(MOMENT)
    assert semaphore.free == 1


@pytest.mark.parametrize("limit", ["timeout", "deadline"])
def test_waiting_for_a_place_takes_time(harness: ClientHarness, serve: Serve, limit: str) -> None:
    """It counts in the pool timeout and in the deadline; the request was never sent."""
    held = Held()
    server = serve(held)
    client = harness.client("k", server.url, http_client=harness.http(limits=ONE), retry=AT_ONCE)
    hurried = client.with_options(
        **{limit: MOMENT if limit == "deadline" else httpx.Timeout(PATIENCE, pool=MOMENT)},
        retry=AT_ONCE.__class__(attempts=1),
    )
    kind = DeadlineExceededError if limit == "deadline" else ApiTimeoutError
    caught: list[Any] = []

    def late() -> Any:
        if isinstance(harness, AsyncHarness):
            return late_task()
        assert held.asked.wait(PATIENCE)
        return refused(lambda: hurried.threads.runs.query("线程", "r"))

    async def late_task() -> None:
        assert await asyncio.to_thread(held.asked.wait, PATIENCE)
        try:
            await hurried.threads.runs.query("线程", "r")
        except ApiTimeoutError as error:
            caught.append(error)
        held.go.set()

    def refused(call: Any) -> None:
        try:
            call()
        except ApiTimeoutError as error:
            caught.append(error)
        held.go.set()

    harness.together([lambda: client.threads.runs.query("先", "r"), late])

    assert [type(error) for error in caught] == [kind]
    assert not caught[0].reached_server
    assert [exchange.json["thread_id"] for exchange in server.exchanges] == ["先"]
    assert client.threads.runs.query("后", "r").thread_id == "后"


def test_a_stream_that_nobody_closes(harness: ClientHarness, serve: Serve) -> None:
    """Its place is given back when it is collected."""
    server = serve(lambda e: (e.send(CHUNKED + chunk(STREAM[:400])), e.client_left())[1])
    client = harness.client("k", server.url, http_client=harness.http(limits=ONE), timeout=PATIENCE)

    for _ in range(3):
        next(client.threads.runs.stream_run("助手", "线程"))
        gc.collect()

    assert len(server.exchanges) == 3


GATEWAY = "http://gw.example"


def test_a_pool_that_two_clients_share() -> None:
    """One semaphore stands in front of it, not one of each client."""
    with httpx.Client(limits=ONE) as http:
        one, other = (HttpxTransport(given=http).to(GATEWAY).places for _ in range(2))

        assert one is other
        assert one.free == 1


def test_an_unbounded_pool_and_one_for_http2() -> None:
    """Their number of requests has no bound."""
    for options in (
        {"limits": httpx.Limits()},
        {"transport": httpx.MockTransport(lambda r: httpx.Response(200))},
    ):
        with httpx.Client(**options) as http:
            assert HttpxTransport(given=http).to(GATEWAY).places.free >= sys.maxsize


def test_cancelled_and_overdue_calls_take_no_places(harness: ClientHarness, serve: Serve) -> None:
    """However a crowd of calls ends, the next one works, and every place is free again."""
    server = serve(lambda e: (time.sleep(0.001), e.send(answer(RUN)))[1])
    http = harness.http(limits=httpx.Limits(max_connections=2))
    client = harness.client("k", server.url, http_client=http, retry=AT_ONCE, timeout=PATIENCE)

    for number in range(60):
        hurried = client.with_options(deadline=0.001 * (1 + number % 20))

        def one(hurried: Any = hurried) -> Any:
            if isinstance(harness, AsyncHarness):
                return ignore(hurried)
            with suppress(ApiTimeoutError):
                hurried.threads.runs.query("t", "r")
            return None

        harness.together([one] * 6)
        assert client.threads.runs.query("t", "r").status == RUN["status"]

    pool = http._transport._pool
    assert clients._places[http].free == 2
    assert all(one.is_idle() or one.is_closed() for one in pool.connections)


async def ignore(client: AsyncAppBuilder) -> None:
    """Make a call that may be overdue."""
    with suppress(ApiTimeoutError):
        await client.threads.runs.query("t", "r")
