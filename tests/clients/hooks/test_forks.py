"""Events of a stream after a fork."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.clients.bodies import BEGIN, CHUNKED, RUN, STREAM, chunk
from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, Exchange, answer

FORK = """
import asyncio, os, sys
from appbuilder_assistants import AppBuilder, AsyncAppBuilder
from appbuilder_assistants.hooks import CallFinished

def get_weather(city: str) -> str:
    return "晴"

seen = []
hooks = [lambda event: seen.append(event.operation) if isinstance(event, CallFinished) else None]

def begin(runs):
    thread = {"messages": [{"role": "user", "content": "天气怎么样？"}]}
    if sys.argv[2] == "tools":
        return runs.stream_run_with_tools("a", thread=thread, tools=[get_weather])
    return runs.stream_run("a", thread=thread)
"""
FORK_SYNC = """
client = AppBuilder("k", sys.argv[1], event_hooks=hooks)
stream = begin(client.threads.runs).__enter__()
next(stream)
while sys.argv[3] == "whole" and not stream.snapshot.finished:
    next(stream)
child = os.fork()
stream.close()
if child == 0:
    os._exit(len(seen))
print(*seen)
client.close()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
FORK_ASYNC = """
client = AsyncAppBuilder("k", sys.argv[1], event_hooks=hooks)
loop = asyncio.new_event_loop()

async def first():
    stream = await begin(client.threads.runs).__aenter__()
    await stream.__anext__()
    while sys.argv[3] == "whole" and not stream.snapshot.finished:
        await stream.__anext__()
    return stream

stream = loop.run_until_complete(first())
child = os.fork()
if child == 0:
    asyncio.run(stream.close())
    os._exit(len(seen))
loop.run_until_complete(stream.close())
print(*seen)
loop.run_until_complete(client.close())
loop.close()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("program", [FORK_SYNC, FORK_ASYNC], ids=["sync", "async"])
@pytest.mark.parametrize(
    ("kind", "read", "ended"),
    [
        ("plain", "begin", "createRun"),
        ("tools", "begin", "createRun cancelRun run_with_tools"),
        ("tools", "whole", "createRun run_with_tools"),
    ],
)
def test_a_call_ends_in_its_own_process(
    serve: Serve, program: str, kind: str, read: str, ended: str
) -> None:
    """A child emits nothing for a stream that its parent is still reading."""

    def script(exchange: Exchange) -> None:
        if exchange.path == "/v2/threads/runs":
            exchange.send(CHUNKED + chunk(BEGIN if read == "begin" else STREAM))
            exchange.client_disconnected()
        else:
            exchange.send(answer({**RUN, "status": "cancelling"}))

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FORK + program, serve(script).url, kind, read],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
        timeout=6 * PATIENCE,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, f"{ended}\n", "")
