"""Programs that are interrupted in a stream, or leave one: no socket stays open."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.clients.bodies import BEGIN, CHUNKED, chunk, piece
from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, Exchange

LINUX = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="looks into /proc")
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
