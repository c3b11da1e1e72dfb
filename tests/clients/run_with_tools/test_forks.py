"""A stream with tools after a fork."""

from __future__ import annotations

import os
import subprocess
import sys

import appbuilder_mock
import pytest

from tests.clients.raw_server import PATIENCE
from tests.clients.tools import asks, rounds

FORK_SYNC = """
import os, sys
from appbuilder_assistants import AppBuilder

def get_weather(city: str) -> str:
    return "晴"

client = AppBuilder("k", sys.argv[1])
assistant = client.assistants.create("a")
stream = client.threads.runs.stream_run_with_tools(
    assistant.id, thread={"messages": [{"role": "user", "content": "?"}]}, tools=[get_weather]
)
for event in stream.__enter__():
    if getattr(event, "event_type", "") == "tool_calls":
        break
child = os.fork()
if child == 0:
    failed = 1
    try:
        if sys.argv[2] != "client":
            stream.close()
        if sys.argv[2] != "stream":
            client.close()
        failed = 0
    finally:
        sys.stdout.flush()
        os._exit(failed)
_, status = os.waitpid(child, 0)
print(stream.final_text())
client.close()
sys.exit(os.waitstatus_to_exitcode(status))
"""

FORK_ASYNC = """
import asyncio, os, sys
from appbuilder_assistants import AsyncAppBuilder

def get_weather(city: str) -> str:
    return "晴"

client = AsyncAppBuilder("k", sys.argv[1])

async def begin():
    assistant = await client.assistants.create("a")
    stream = client.threads.runs.stream_run_with_tools(
        assistant.id, thread={"messages": [{"role": "user", "content": "?"}]}, tools=[get_weather]
    )
    await stream.__aenter__()
    async for event in stream:
        if getattr(event, "event_type", "") == "tool_calls":
            return stream

async def leave():
    if sys.argv[2] != "client":
        await stream.close()
    if sys.argv[2] != "stream":
        await client.close()

loop = asyncio.new_event_loop()
stream = loop.run_until_complete(begin())
child = os.fork()
if child == 0:
    failed = 1
    try:
        asyncio.run(leave())
        failed = 0
    finally:
        sys.stdout.flush()
        os._exit(failed)
_, status = os.waitpid(child, 0)
print(loop.run_until_complete(stream.final_text()))
loop.run_until_complete(client.close())
loop.close()
sys.exit(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("program", [FORK_SYNC, FORK_ASYNC], ids=["sync", "async"])
@pytest.mark.parametrize("closed", ["stream", "client", "both"])
def test_a_child_does_not_end_its_parents_run(program: str, closed: str) -> None:
    """After a fork the stream and its run are the parent's, which continues both."""
    with appbuilder_mock.running(token="k") as server:
        server.script(rounds(asks("北京")))

        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", program, server.url, closed],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            timeout=6 * PATIENCE,
            check=False,
        )

        assert (done.returncode, done.stdout, done.stderr) == (0, "晴\n", "")
        operations = [request.operation for request in server.requests]
        assert operations == ["createAssistant", "createRun", "submitToolOutputs"]
