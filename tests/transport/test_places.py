"""Places in a pool: taken in the order of asking, and given back."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from appbuilder_assistants._transport import places
from appbuilder_assistants._transport.places import AsyncFairSemaphore, FairSemaphore
from appbuilder_assistants._transport.with_httpx.transport import HttpxTransport

from tests.clients.raw_server import PATIENCE

ONE = httpx.Limits(max_connections=1)
MOMENT = 0.2
"""Seconds that a call is given which cannot succeed: a fiftieth of what would be too long."""


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
            deadline = time.monotonic() + PATIENCE
            while len(semaphore._waiters) <= number and time.monotonic() < deadline:
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

    async def main() -> float:
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


def test_a_thread_that_is_overdue_when_its_turn_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its place is not lost."""
    semaphore = FairSemaphore(1)
    semaphore.acquire(None)

    class Late:
        def acquire(self, timeout: float = -1) -> bool:
            if timeout == MOMENT:
                semaphore.release()
            return False

        def release(self) -> None:
            pass

    monkeypatch.setattr(f"{places.__name__}.threading.Lock", Late)

    assert not semaphore.acquire(MOMENT)
    assert semaphore.free == 1


@pytest.mark.parametrize("moment", range(10))
def test_the_collector_runs_while_a_thread_waits(moment: int) -> None:
    """A place that it gives back within any call of the waiting is neither lost nor waited for."""
    semaphore = FairSemaphore(1)
    semaphore.acquire(None)
    acquired: list[bool] = []
    calls = 0

    def collect(*_: object) -> None:
        nonlocal calls
        calls += len(semaphore._waiters)
        if calls > moment:
            sys.setprofile(None)
            semaphore.release()

    def wait() -> None:
        sys.setprofile(collect)
        acquired.append(semaphore.acquire(MOMENT))
        sys.setprofile(None)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    thread.join(PATIENCE)

    assert not thread.is_alive()
    assert acquired[0] + semaphore.free == (calls > moment)


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
