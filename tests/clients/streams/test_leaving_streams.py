"""Leaving a stream, in every way and at every moment: no socket stays open, and nothing warns."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from appbuilder_assistants import (
    AsyncAppBuilder,
    AsyncAssistantEventHandler,
    AsyncRunStream,
    StreamInterruptedError,
)

from tests.clients.bodies import BEGIN, CHUNKED, END, BrokenStream, chunk, piece, run_as, stored
from tests.clients.conftest import Serve
from tests.clients.interruption import cancelled_wherever_it_waits
from tests.clients.raw_server import PATIENCE, Exchange

LINUX = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="looks into /proc")


async def with_block(stream: AsyncRunStream) -> None:
    async with stream:
        async for _ in stream:
            pass


async def early(stream: AsyncRunStream) -> None:
    async with stream:
        async for _ in stream:
            break


async def plain(stream: AsyncRunStream) -> None:
    async for _ in stream:
        pass


async def texts(stream: AsyncRunStream) -> None:
    async with stream:
        async for _ in stream.text:
            pass


async def lens(stream: AsyncRunStream) -> None:
    await stream.final_text()


USES: list[Callable[[AsyncRunStream], Awaitable[None]]] = [with_block, early, plain, texts, lens]

OTHERS = BrokenStream(b"", run_as("completed"), stored(m="我是秦始皇"))


def going_on(exchange: Exchange) -> None:
    exchange.send(chunk(END))
    exchange.client_disconnected()


def breaking(exchange: Exchange) -> None:
    pass


@pytest.mark.parametrize("end", [going_on, breaking])
@pytest.mark.parametrize("use", USES)
def test_cancelled_wherever_it_waits(serve: Serve, use: Any, end: Any) -> None:
    """Opening, reading, closing, looking up: after each, every connection is closed."""

    def script(exchange: Exchange) -> bool:
        if exchange.path != "/v2/threads/runs":
            return OTHERS(exchange)
        exchange.send(CHUNKED + chunk(BEGIN) + chunk(piece(2, "我是")))
        end(exchange)
        return False

    server = serve(script)

    async def read(client: AsyncAppBuilder) -> None:
        await use(client.threads.runs.stream_run("a", "t"))

    def check(task: asyncio.Task[None]) -> None:
        assert task.cancelled() or not task.exception()

    moments = cancelled_wherever_it_waits(server, read, check)

    # Connecting, sending and reading wait at least so often.
    assert moments >= 8


@pytest.mark.parametrize("times", [2, 5])
def test_cancelled_again_and_again(serve: Serve, times: int) -> None:
    """An impatient caller cancels what is being cancelled; the connection is closed anyway."""

    def script(exchange: Exchange) -> bool:
        exchange.send(CHUNKED + chunk(BEGIN))
        exchange.client_disconnected()
        return False

    server = serve(script)

    async def main() -> None:
        async with AsyncAppBuilder("k", server.url) as client:
            begun = asyncio.Event()

            async def watch() -> None:
                async with client.threads.runs.stream_run("a", "t") as stream:
                    async for _ in stream:
                        begun.set()

            task = asyncio.create_task(watch())
            await asyncio.wait_for(begun.wait(), PATIENCE)
            for _ in range(times):
                task.cancel()
                await asyncio.sleep(0)
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(server.all_closed)

    asyncio.run(main())
    gc.collect()


def test_a_hook_is_cancelled(serve: Serve) -> None:
    """A handler that waits for something else when its task is cancelled."""
    server = serve(
        lambda exchange: (exchange.send(CHUNKED + chunk(BEGIN)), exchange.client_disconnected())
    )

    async def main() -> None:
        begun = asyncio.Event()

        class Handler(AsyncAssistantEventHandler):
            async def run_begin(self, status_event: Any) -> None:
                begun.set()
                await asyncio.Event().wait()

        async with AsyncAppBuilder("k", server.url) as client:
            runs = client.threads.runs
            done = runs.stream_run_with_handler("a", "t", event_handler=Handler()).until_done()
            task = asyncio.create_task(done)
            await asyncio.wait_for(begun.wait(), PATIENCE)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(server.all_closed)

    asyncio.run(main())


def test_a_time_limit_of_the_callers_own(serve: Serve) -> None:
    """`wait_for` around one event cancels the reading: the stream is left, and says so after."""
    server = serve(
        lambda exchange: (exchange.send(CHUNKED + chunk(BEGIN)), exchange.client_disconnected())
    )

    async def main() -> None:
        async with AsyncAppBuilder("k", server.url) as client:
            stream = client.threads.runs.stream_run("a", "t")
            await stream.__anext__()
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(stream.__anext__(), 0.1)
            assert await asyncio.to_thread(server.all_closed)
            with pytest.raises(RuntimeError, match="closed before the run's final event"):
                await stream.final_run()

    asyncio.run(main())


PRELUDE = """
import asyncio, gc, os, sys

from appbuilder_assistants import AppBuilder, AssistantEventHandler, AsyncAppBuilder

def sockets():
    links = []
    for fd in os.listdir("/proc/self/fd"):
        try:
            links.append(os.readlink(f"/proc/self/fd/{fd}"))
        except OSError:
            pass
    return sum("socket" in link for link in links)

def begun():
    print("begun", flush=True)

def report(before):
    gc.collect()
    print("left", sockets() - before, flush=True)

class Handler(AssistantEventHandler):
    def run_begin(self, status_event):
        begun()
"""
SYNC = """
with AppBuilder("k", sys.argv[1]) as client:
    before = sockets()
    stream = client.threads.runs.stream_run("a", "t")
    manager = client.threads.runs.stream_run_with_handler("a", "t", event_handler=Handler())
    try:
        {use}
    except KeyboardInterrupt:
        report(before)
"""
ASYNC = """
async def main():
    async with AsyncAppBuilder("k", sys.argv[1]) as client:
        before = sockets()
        stream = client.threads.runs.stream_run("a", "t")
        try:
            {use}
        finally:
            report(before)

try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted")
"""
WAYS = {
    "with": (SYNC, "with stream:\n            for _ in stream:\n                begun()"),
    "for": (SYNC, "for _ in stream:\n            begun()"),
    "handler": (SYNC, "manager.until_done()"),
    "async with": (
        ASYNC,
        "async with stream:\n                async for _ in stream:\n                    begun()",
    ),
    "async text": (ASYNC, "async for _ in stream.text:\n                begun()"),
}


@LINUX
@pytest.mark.parametrize("way", WAYS)
def test_keyboard_interrupt_while_it_reads(serve: Serve, way: str) -> None:
    """A real SIGINT, to a program that is blocked in a read: no socket stays, nothing warns."""
    disconnected = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.send(CHUNKED + chunk(BEGIN + piece(2, "你")))
        assert exchange.client_disconnected()
        disconnected.set()

    program, use = WAYS[way]
    url = serve(script).url
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PRELUDE + program.format(use=use), url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "begun\n"
        wait_for_sleep(child.pid)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=30)

    said = [line for line in out.splitlines() if line != "begun"]
    assert said == ["left 0"] + ["interrupted"] * way.startswith("async")
    assert (child.returncode, err) == (0, "")
    assert disconnected.wait(PATIENCE)


def wait_for_sleep(pid: int) -> None:
    """Wait until a process has slept for a while: it is blocked in a read."""
    asleep = 0
    give_up = time.monotonic() + PATIENCE
    while asleep < 5 and time.monotonic() < give_up:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        asleep = asleep + 1 if state == "S" else 0
        time.sleep(0.01)
    assert asleep


LEAVING = """
async def main():
    async with AsyncAppBuilder("k", sys.argv[1]) as client:
        runs = client.threads.runs
        before = sockets()
        async for _ in runs.stream_run("a", "t"):
            break
        async for _ in runs.stream_run("a", "t").text:
            break
        for turn in range(100):
            await asyncio.sleep(0)
        report(before)
        async with runs.stream_run("a", "t") as stream:
            async for _ in stream:
                break
        async with runs.stream_run("a", "t") as stream:
            async for _ in stream.text:
                break
        report(before)
        async for _ in runs.stream_run("a", "t"):
            break

asyncio.run(main())
"""


@LINUX
def test_loops_that_are_closed(serve: Serve) -> None:
    """Within `async with`, the block closes the connection at once; else the next turns do.

    Nothing warns, and a program that ends behind such a loop leaves nothing behind.
    """

    def script(exchange: Exchange) -> None:
        exchange.send(CHUNKED + chunk(BEGIN + piece(2, "你")))
        assert exchange.client_disconnected()

    server = serve(script)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PRELUDE + LEAVING, server.url],
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        env={**os.environ, "PYTHONUTF8": "1"},
    )

    assert (done.stdout, done.stderr, done.returncode) == ("left 0\nleft 0\n", "", 0)
    assert server.all_closed()
    assert len(server.exchanges) == 5


def test_closing_while_another_task_reads(serve: Serve) -> None:
    """The reader gets an error; the run is not looked up, as the stream did not break by itself."""
    server = serve(
        lambda exchange: (exchange.send(CHUNKED + chunk(BEGIN)), exchange.client_disconnected())
    )

    async def main() -> None:
        async with AsyncAppBuilder("k", server.url) as client:
            stream = client.threads.runs.stream_run("a", "t")
            await stream.__anext__()
            reader = asyncio.create_task(stream.until_done())
            await asyncio.sleep(0)
            await stream.close()
            with pytest.raises(StreamInterruptedError, match="it was closed while it was read"):
                await reader

    asyncio.run(main())

    assert len(server.exchanges) == 1
