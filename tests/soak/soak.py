"""Both clients against a bad server for some time, and a count of leaked resources.

Calls are overdue, cancelled, cancelled again, broken off, forgotten; processes fork. After each
round a call must work and all places be free; in the end there are as many sockets, threads and
tasks as before.
"""

from __future__ import annotations

import asyncio
import gc
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
from appbuilder_assistants import AppBuilder, AssistantsError, AsyncAppBuilder, RetryPolicy

from tests.soak.counts import held, more, taken
from tests.soak.forks import Child

PLACES = httpx.Limits(max_connections=3, max_keepalive_connections=3)
AT_ONCE = 10
"""Calls of each client in a round: more than its small pool has places."""
PATIENCE = 20.0
"""Seconds in which what is on its way must be over."""
FORKS_EVERY = 25
"""Rounds."""

ONCE = RetryPolicy(attempts=1)
AGAIN = RetryPolicy(attempts=2, first_delay=0.001)
CALM: dict[str, Any] = {
    "default_headers": {"X-Calm": "1"},
    "timeout": PATIENCE,
    # The connection that is taken for it may be one that the server is closing.
    "retry": RetryPolicy(attempts=4, first_delay=0.001),
}
OPTIONS: dict[str, Any] = {"token": "浸泡".encode().hex(), "timeout": 0.5}
FILE = "文件".encode() * 30_000


@dataclass
class Report:
    """The number of calls, and the leaks."""

    name: str
    rounds: int = 0
    calls: int = 0
    forks: int = 0
    failures: dict[str, int] = field(default_factory=dict)
    losses: list[str] = field(default_factory=list)

    def failed(self, error: BaseException) -> None:
        """Count a failure; one that is not of the documented tree is a loss."""
        name = type(error).__name__
        self.failures[name] = self.failures.get(name, 0) + 1
        if not isinstance(error, (AssistantsError, asyncio.CancelledError)):
            self.losses.append(f"an error that is not documented: {error!r}")

    def __str__(self) -> str:
        failures = ", ".join(f"{count} {name}" for name, count in sorted(self.failures.items()))
        lines = [
            f"{self.name}: {self.calls} calls in {self.rounds} rounds, {self.forks} forks",
            f"  ended by: {failures or 'no error'}",
            *(f"  LOST: {loss}" for loss in self.losses),
        ]
        return "\n".join(lines if self.losses else [*lines, "  lost: nothing"])


def options(choose: random.Random) -> dict[str, Any]:
    """Those of one call: most are overdue sooner or later."""
    deadline = choose.choice([None, *(0.001 * step for step in (1, 2, 3, 5, 8, 13, 21, 34))])
    return {"deadline": deadline, "retry": choose.choice([ONCE, ONCE, AGAIN])}


def soak_sync(url: str, seconds: float, seed: int) -> Report:
    """The client for threads."""
    report, choose = Report("sync"), random.Random(seed)
    before = held()
    with (
        httpx.Client(limits=PLACES) as http,
        AppBuilder(gateway_url=url, http_client=http, **OPTIONS) as small,
        AppBuilder(gateway_url=url, **OPTIONS) as own,
        ThreadPoolExecutor(2 * AT_ONCE) as threads,
    ):

        def call(work: tuple[AppBuilder, int]) -> None:
            client, seed = work
            try:
                one_call(client, random.Random(seed))
            except Exception as error:  # noqa: BLE001 - judged by the report
                report.failed(error)

        def check() -> None:
            gc.collect()
            for client in (small, own):
                report.losses += calm_call(client)
                pool: Any = client._caller.pool.transport
                if not settled(partial(is_idle, pool, url)):
                    report.losses += taken(pool, url)

        end = time.monotonic() + seconds
        while time.monotonic() < end and not report.losses:
            works = [(c, choose.getrandbits(32)) for _ in range(AT_ONCE) for c in (small, own)]
            list(threads.map(call, works))
            report.rounds += 1
            report.calls += len(works)
            check()
            if report.rounds % FORKS_EVERY == 1:
                fork(report, own)
    report.losses += unsettled(before)
    return report


def one_call(client: AppBuilder, choose: random.Random) -> None:
    client = client.with_options(**options(choose))
    kind = choose.randrange(7)
    if kind == 0:
        client.threads.create()
    elif kind == 1:
        client.assistants.files.create(FILE)
    elif kind == 2:
        client.assistants.files.content("f")
    elif kind <= 5:
        stream = client.threads.runs.stream_run("助手", "线程")
        for _ in range(choose.randrange(5)):
            if next(stream, None) is None:
                break
        if kind == 3:
            stream.close()
        elif kind == 4:
            stream.until_done()
    else:
        client.threads.runs.query("线程", "r")


def calm_call(client: AppBuilder) -> list[str]:
    """A call that the server answers must work, whatever came before; else it says what is lost."""
    try:
        client.with_options(**CALM).threads.runs.query("线程", "r")
    except AssistantsError as error:
        return [f"the next call: {error}"]
    return []


def fork(report: Report, client: AppBuilder) -> None:
    """A child makes a call with the warm client; its parent continues as before."""
    child = Child(lambda: calm_call(client))
    settled(child.has_ended)
    report.forks += 1
    report.losses += child.losses()


def is_idle(transport: Any, gateway: str) -> bool:
    return not taken(transport, gateway)


def settled(true: Callable[[], bool]) -> bool:
    """Whether the condition becomes true in time."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def unsettled(before: dict[str, int]) -> list[str]:
    gc.collect()
    return [] if settled(lambda: not more(before, held())) else more(before, held())


def soak_async(url: str, seconds: float, seed: int) -> Report:
    """The client for asyncio."""
    before = held()
    report = asyncio.run(on_a_loop(url, seconds, seed))
    report.losses += unsettled(before)
    return report


async def on_a_loop(url: str, seconds: float, seed: int) -> Report:
    """As `soak_async`, but for what ends with the loop: threads that read files."""
    report, choose = Report("async"), random.Random(seed)
    before = held()
    logged: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, it: logged.append(str(it)))
    async with (
        httpx.AsyncClient(limits=PLACES) as http,
        AsyncAppBuilder(gateway_url=url, http_client=http, **OPTIONS) as small,
        AsyncAppBuilder(gateway_url=url, **OPTIONS) as own,
    ):
        end = time.monotonic() + seconds
        while time.monotonic() < end and not report.losses:
            works = [
                asyncio.create_task(cancelled_call(client, random.Random(choose.getrandbits(32))))
                for _ in range(AT_ONCE)
                for client in (small, own)
            ]
            for result in await asyncio.gather(*works, return_exceptions=True):
                if result is not None:
                    report.failed(result)
            report.rounds += 1
            report.calls += len(works)
            del works
            gc.collect()
            for client in (small, own):
                report.losses += await acalm_call(client)
                pool: Any = client._caller.pool.transport
                if not await asettled(partial(is_idle, pool, url)):
                    report.losses += taken(pool, url)
            if report.rounds % FORKS_EVERY == 1:
                await afork(report, own)
    gc.collect()
    before = {name: before[name] for name in ("sockets", "tasks")}
    if not await asettled(lambda: not more(before, held())):
        report.losses += more(before, held())
    report.losses += [f"logged by asyncio: {text[:500]}" for text in logged]
    return report


async def cancelled_call(client: AsyncAppBuilder, choose: random.Random) -> None:
    """A call that is perhaps cancelled, and perhaps once more while it ends."""
    call = asyncio.ensure_future(one_async_call(client, choose))
    for _ in range(choose.randrange(3)):
        with suppress(asyncio.TimeoutError, TimeoutError):
            await asyncio.wait_for(asyncio.wait([call]), choose.choice([0.0, 0.0005, 0.002, 0.02]))
        call.cancel()
    await call


async def one_async_call(client: AsyncAppBuilder, choose: random.Random) -> None:
    client = client.with_options(**options(choose))
    kind = choose.randrange(7)
    if kind == 0:
        await client.threads.create()
    elif kind == 1:
        await client.assistants.files.create(FILE)
    elif kind == 2:
        await client.assistants.files.content("f")
    elif kind <= 5:
        stream = client.threads.runs.stream_run("助手", "线程")
        for _ in range(choose.randrange(5)):
            if await anext(stream, None) is None:
                break
        if kind == 3:
            await stream.close()
        elif kind == 4:
            await stream.until_done()
    else:
        await client.threads.runs.query("线程", "r")


async def acalm_call(client: AsyncAppBuilder) -> list[str]:
    try:
        await client.with_options(**CALM).threads.runs.query("线程", "r")
    except AssistantsError as error:
        return [f"the next call: {error}"]
    return []


async def afork(report: Report, client: AsyncAppBuilder) -> None:
    """As `fork`, from the middle of a loop: the child has one of its own."""
    child = Child(lambda: asyncio.run(acalm_call(client)))
    await asettled(child.has_ended)
    report.forks += 1
    report.losses += child.losses()


async def asettled(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.01)
    return True
