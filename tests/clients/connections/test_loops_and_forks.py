"""Event loops and forks: connections belong to one loop of one process."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from appbuilder_assistants import AppBuilder, AsyncAppBuilder

from tests.clients.bodies import echo
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import PATIENCE


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
