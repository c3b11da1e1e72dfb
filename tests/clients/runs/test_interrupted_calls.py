"""Calls that are cancelled or interrupted before their run's id is known."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from typing import Any

import pytest
from appbuilder_assistants import AppBuilder, AsyncAppBuilder

from tests.clients.client_harness import notes_of
from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE
from tests.clients.runs.orphaned import BUSY, TOOLS, UNKNOWN, Thread, says, silent
from tests.clients.tools import get_weather


async def with_tools_async(client: AsyncAppBuilder) -> None:
    await client.threads.runs.run_with_tools("a", "t", tools=[get_weather])


async def stream_with_tools_async(client: AsyncAppBuilder) -> None:
    await client.threads.runs.stream_run_with_tools("a", "t", tools=[get_weather]).until_done()


@pytest.mark.parametrize("call", [with_tools_async, stream_with_tools_async])
def test_a_task_that_is_cancelled_while_it_pauses(serve: Serve, call: Any) -> None:
    """Between two attempts that were refused nothing has begun."""
    thread = Thread(says(BUSY))
    server = serve(thread)
    paused = asyncio.Event()

    async def main() -> None:
        hook = [lambda event: paused.set() if type(event).__name__ == "RetryScheduled" else None]
        async with AsyncAppBuilder("k", server.url, event_hooks=hook) as client:
            task = asyncio.create_task(call(client))
            await asyncio.wait_for(paused.wait(), PATIENCE)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    assert thread.paths == ["runs"]


@pytest.mark.parametrize("call", [with_tools_async, stream_with_tools_async])
def test_a_task_that_is_cancelled_while_it_waits(serve: Serve, call: Any) -> None:
    """The run of a reply that is on its way has begun, most likely: its id is unknown."""
    thread = Thread(silent)
    server = serve(thread)
    thread.begin = lambda exchange: (thread.asked.set(), silent(exchange))

    async def main() -> None:
        async with AsyncAppBuilder("k", server.url) as client:
            task = asyncio.create_task(call(client))
            assert await asyncio.to_thread(thread.asked.wait, PATIENCE)
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
            assert notes_of(caught.value) == [UNKNOWN]

    asyncio.run(main())
    assert thread.cancelled == []


@TOOLS
def test_ctrl_c_in_a_pause(serve: Serve, call: Any) -> None:
    """As for tasks: nothing has begun."""
    thread = Thread(says(BUSY))

    def press(event: object) -> None:
        if type(event).__name__ == "RetryScheduled":
            # A moment later, when the pause has begun; before it or in it makes no difference.
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()

    client = AppBuilder("k", serve(thread).url, event_hooks=[press])
    with client, pytest.raises(KeyboardInterrupt):
        call(client)

    assert thread.paths == ["runs"]
