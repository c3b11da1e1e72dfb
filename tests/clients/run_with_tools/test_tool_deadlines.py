"""The deadline of a run with tools: plain and async tools, the server, the end of the program."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import (
    AsyncAppBuilder,
    DeadlineExceededError,
)
from appbuilder_mock.scenarios import Reply, Rule

from tests.clients.raw_server import PATIENCE
from tests.clients.tools import (
    QUESTION,
    Kaputt,
    asks,
    ends_of,
    get_weather,
    named,
    rounds,
    runs_of,
)


@pytest.fixture
def over() -> Iterator[threading.Event]:
    """Set when the test is over: a tool that waits for it hangs during the test."""
    event = threading.Event()
    yield event
    event.set()


def test_the_deadline_bounds_tools(
    run: Any, client: Any, server: appbuilder_mock.Running, over: threading.Event
) -> None:
    """A tool in a thread is not waited for, and the run is cancelled, however late it is."""

    @named
    def weather(city: str) -> str:
        over.wait(PATIENCE)
        return city

    begun = time.monotonic()
    with pytest.raises(DeadlineExceededError, match=r"while tools ran \(get_weather\)") as caught:
        run(weather, deadline=0.8)

    assert 0.8 <= time.monotonic() - begun < PATIENCE  # which the tool takes
    assert caught.value.cancelled
    assert "the run was cancelled" in str(caught.value)
    assert ends_of(server, client) == ["cancelled"]


def test_the_deadline_bounds_the_server(
    run: Any, client: Any, server: appbuilder_mock.Running
) -> None:
    """Also between the rounds."""
    server.script(Rule(tool_rounds=[asks("北京")], reply=Reply("{outputs}", first_delay=PATIENCE)))

    begun = time.monotonic()
    with pytest.raises(DeadlineExceededError) as caught:
        run(get_weather, deadline=1.0)

    assert 1.0 <= time.monotonic() - begun < PATIENCE  # which the server takes
    assert caught.value.cancelled
    assert ends_of(server, client) == ["cancelled"]


def test_a_program_ends_though_a_tool_does_not(server: appbuilder_mock.Running) -> None:
    """The interpreter does not wait for a thread that its call has given up on."""
    program = """
import threading
from appbuilder_assistants import AppBuilder, DeadlineExceededError

def hang(city: str) -> str:
    threading.Event().wait()

with AppBuilder() as client:
    assistant = client.assistants.create("a")
    try:
        client.threads.runs.run_with_tools(
            assistant.id, thread={"messages": [{"role": "user", "content": "?"}]}, tools=[hang],
            deadline=0.8,
        )
    except DeadlineExceededError:
        print("done")
"""
    environment = {**os.environ, "GATEWAY_URL": server.url, "APPBUILDER_TOKEN": server.token}

    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, timeout=30
    )

    assert (done.stdout, done.stderr, done.returncode) == (b"done\n", b"", 0)


def test_the_deadline_cancels_async_tools(server: appbuilder_mock.Running) -> None:
    """They get CancelledError, and have cleaned up when the call is over."""
    seen = []

    async def get_weather(city: str) -> str:
        try:
            await asyncio.Event().wait()
        finally:
            seen.append("cleaned up")
        return city

    async def main() -> str:
        async with AsyncAppBuilder(server.token, server.url) as client:
            assistant = await client.assistants.create("a")
            with pytest.raises(DeadlineExceededError):
                await client.threads.runs.run_with_tools(
                    assistant.id, thread=QUESTION, tools=[get_weather], deadline=0.8
                )
            (run,) = runs_of(server)
            return (await client.threads.runs.wait(run["thread_id"], run["id"])).status

    assert asyncio.run(main()) == "cancelled"
    assert seen == ["cleaned up"]


def test_one_failure_cancels_the_other_async_tools(server: appbuilder_mock.Running) -> None:
    """No tool of a call continues after the call has failed."""
    server.script(rounds(asks("好", "坏")))
    seen = []

    async def main() -> None:
        waiting = asyncio.Event()

        async def get_weather(city: str) -> str:
            if city == "坏":
                await waiting.wait()
                raise Kaputt
            try:
                waiting.set()
                await asyncio.Event().wait()
            finally:
                seen.append("cleaned up")
            return city

        async with AsyncAppBuilder(server.token, server.url) as client:
            assistant = await client.assistants.create("a")
            with pytest.raises(Kaputt):
                await client.threads.runs.run_with_tools(
                    assistant.id, thread=QUESTION, tools=[get_weather]
                )
            assert seen == ["cleaned up"]

    asyncio.run(main())


@pytest.mark.parametrize("late", [False, True], ids=["at once", "later"])
def test_async_tools_that_fail_while_they_are_cancelled(
    server: appbuilder_mock.Running, late: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first failure is raised; asyncio does not complain of the other."""
    server.script(rounds(asks("好", "坏")))
    complaints: list[dict[str, Any]] = []
    if late:
        monkeypatch.setattr("appbuilder_assistants._tools.runner.TOOL_CANCEL_SECONDS", 0.05)

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: complaints.append(context)
        )
        waiting, over = asyncio.Event(), asyncio.Event()

        async def get_weather(city: str) -> str:
            if city == "坏":
                await waiting.wait()
                raise Kaputt
            try:
                waiting.set()
                await asyncio.Event().wait()
            finally:
                if late:
                    await over.wait()
                raise ValueError("收拾不了")

        async with AsyncAppBuilder(server.token, server.url) as client:
            assistant = await client.assistants.create("a")
            with pytest.raises(Kaputt):
                await client.threads.runs.run_with_tools(
                    assistant.id, thread=QUESTION, tools=[get_weather]
                )
            over.set()
            await asyncio.sleep(0)

    asyncio.run(main())
    gc.collect()
    assert complaints == []
