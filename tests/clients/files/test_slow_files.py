"""Uploads of a FIFO or a slow file object: read off the event loop, within the deadline."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from appbuilder_assistants import AsyncAppBuilder, DeadlineExceededError, RetryPolicy

from tests.clients.bodies import STORED_FILE
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, Exchange, RawServer, answer

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")

ONCE = RetryPolicy(attempts=1)
MOMENT = 1.0


@pytest.fixture
def server(serve: Serve) -> RawServer:
    """Accepts uploads of unknown length, and calls."""

    def script(exchange: Exchange) -> None:
        body = exchange.body
        while "chunked" in exchange.headers.get("transfer-encoding", ""):
            if body.endswith(b"0\r\n\r\n"):
                break
            piece = exchange.sock.recv(65_536)
            if not piece:
                raise ConnectionResetError
            body += piece
        exchange.send(answer(STORED_FILE))

    return serve(script)


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    path = tmp_path / "管道"
    os.mkfifo(path)
    return path


@pytest.fixture
def silent(fifo: Path) -> Iterator[BinaryIO]:
    """A FIFO that is open at both ends, through which nothing comes."""
    end = os.open(fifo, os.O_RDWR)
    with fifo.open("rb") as file:
        yield file
        os.write(end, b"x")
        os.close(end)


class Slow(io.RawIOBase):
    """A file object that takes its time for each piece, in Python."""

    def __init__(self, pieces: int, seconds: float) -> None:
        self._pieces = pieces
        self._seconds = seconds

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if not size or not self._pieces:
            return b""
        self._pieces -= 1
        time.sleep(self._seconds)
        return "慢".encode()


def test_a_fifo_without_a_writer(harness: ClientHarness, server: RawServer, fifo: Path) -> None:
    """Opening it takes until the deadline, and it is closed when it is open at last."""
    client = harness.client("k", server.url, retry=ONCE, deadline=MOMENT)
    begun = time.monotonic()

    with pytest.raises(DeadlineExceededError, match="file to upload was opened") as caught:
        client.assistants.files.create(fifo, filename="a.txt")

    assert time.monotonic() - begun < PATIENCE
    assert not caught.value.reached_server
    assert server.exchanges == []
    assert is_unread(fifo)


def is_unread(fifo: Path) -> bool:
    """Open it for writing, and wait until the other side closes it."""
    end = os.open(fifo, os.O_WRONLY)
    deadline = time.monotonic() + PATIENCE
    try:
        while time.monotonic() < deadline:
            os.write(end, b"x")
            time.sleep(0.01)
    except BrokenPipeError:
        return True
    finally:
        os.close(end)
    return False


def test_a_fifo_through_which_nothing_comes(
    harness: ClientHarness, server: RawServer, silent: BinaryIO
) -> None:
    """Reading it ends with the deadline, and the next call works."""
    client = harness.client("k", server.url, retry=ONCE)
    assert client.assistants.files.query("f").id == "f"  # connects, and imports what calls need
    begun = time.monotonic()

    with pytest.raises(DeadlineExceededError, match="file to upload was read"):
        client.with_options(deadline=MOMENT).assistants.files.create(silent, filename="a.txt")

    assert time.monotonic() - begun < PATIENCE
    assert client.assistants.files.query("f").id == "f"


def test_a_slow_file_object(harness: ClientHarness, server: RawServer) -> None:
    """It is read within the deadline; one that is quick enough is sent."""
    client = harness.client("k", server.url, retry=ONCE, deadline=PATIENCE)

    with pytest.raises(DeadlineExceededError):
        client.with_options(deadline=MOMENT).assistants.files.create(Slow(100, MOMENT / 2))
    assert client.assistants.files.create(Slow(3, 0.01)).id == "f"


FILES: dict[str, Callable[[Path], Any]] = {
    "a path": lambda fifo: fifo,
    "a file object": lambda fifo: Slow(3, MOMENT),
}


@pytest.mark.parametrize("file", FILES.values(), ids=FILES.keys())
def test_the_loop_runs_on(server: RawServer, fifo: Path, file: Callable[[Path], Any]) -> None:
    """While a file is opened and read, other tasks are served."""

    def write() -> None:
        time.sleep(MOMENT)
        fifo.write_bytes("晚到".encode())

    async def main() -> int:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(MOMENT / 30)
                ticks += 1

        async with AsyncAppBuilder("k", server.url, retry=ONCE, deadline=PATIENCE) as client:
            ticking = asyncio.create_task(tick())
            await client.assistants.files.create(file(fifo), filename="a.txt")
            ticking.cancel()
        return ticks

    writer = threading.Thread(target=write, daemon=True)
    writer.start()

    assert asyncio.run(main()) >= 3


def test_a_cancelled_upload(server: RawServer, silent: BinaryIO) -> None:
    """It does not wait for the file, nor does the end of the loop."""

    async def main() -> None:
        async with AsyncAppBuilder("k", server.url, retry=ONCE) as client:
            call = asyncio.create_task(client.assistants.files.create(silent, filename="a.txt"))
            await asyncio.sleep(MOMENT)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call

    begun = time.monotonic()
    asyncio.run(main())

    assert time.monotonic() - begun < PATIENCE


PROGRAM = """
import asyncio, os, sys
from appbuilder_assistants import *
kind, url, path = sys.argv[1:]
keep = os.open(path, os.O_RDWR)
def made(kind): return kind("k", url, deadline=0.3, retry=RetryPolicy(attempts=1))
async def main():
    async with made(AsyncAppBuilder) as client:
        await client.assistants.files.create(open(path, "rb"), filename="a.txt")
try:
    if kind == "async":
        asyncio.run(main())
    with made(AppBuilder) as client:
        client.assistants.files.create(open(path, "rb"), filename="a.txt")
except DeadlineExceededError:
    print("overdue")
"""


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_the_end_of_the_program(server: RawServer, fifo: Path, kind: str) -> None:
    """A read that never ends does not hold it up."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, kind, server.url, str(fifo)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "overdue\n", "")
