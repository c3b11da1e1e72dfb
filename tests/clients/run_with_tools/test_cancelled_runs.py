"""Runs with tools after an error of their call: they are cancelled, or the error says why not."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    AppBuilder,
    AsyncAppBuilder,
    NotFoundError,
    ResponseError,
)
from appbuilder_mock.scenarios import ErrorBody, Fault, Match, Reply, Rule

from tests.clients.bodies import RUN
from tests.clients.client_harness import ClientHarness, notes_of
from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, answer
from tests.clients.tools import (
    QUESTION,
    Kaputt,
    asks,
    call,
    calls,
    ends_of,
    get_weather,
    named,
    rounds,
    runs_of,
    waiting,
)


@pytest.mark.parametrize("streamed", [False, True])
def test_cancelling_a_task_cancels_the_run(
    server: appbuilder_mock.Running, *, streamed: bool
) -> None:
    """Even when it is cancelled again and again while the run is being cancelled."""

    async def main() -> str:
        asked = asyncio.Event()

        async def get_weather(city: str) -> str:
            asked.set()
            await asyncio.Event().wait()
            return city

        async with AsyncAppBuilder(server.token, server.url) as client:
            assistant = await client.assistants.create("a")
            given: Any = {"thread": QUESTION, "tools": [get_weather]}
            runs = client.threads.runs
            call: Coroutine[Any, Any, object]
            if streamed:
                call = runs.stream_run_with_tools(assistant.id, **given).until_done()
            else:
                call = runs.run_with_tools(assistant.id, **given)
            task = asyncio.create_task(call)
            await asyncio.wait_for(asked.wait(), PATIENCE)
            while not task.done():
                task.cancel()
                await asyncio.sleep(0)
            with pytest.raises(asyncio.CancelledError):
                await task
            (run,) = runs_of(server)
            return (await client.threads.runs.wait(run["thread_id"], run["id"])).status

    assert asyncio.run(main()) == "cancelled"


def interrupt_when(ready: Callable[[], bool]) -> threading.Thread:
    """Press Ctrl-C once the condition holds."""

    def press() -> None:
        end = time.monotonic() + PATIENCE
        while not ready() and time.monotonic() < end:
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    return thread


def test_ctrl_c_cancels_the_run(server: appbuilder_mock.Running) -> None:
    """While the server is waited for, in a thread of its own: the main one."""
    server.script(Rule(tool_rounds=[asks("北京")], reply=Reply("{outputs}", first_delay=PATIENCE)))
    with AppBuilder(server.token, server.url) as client:
        assistant = client.assistants.create("a")
        thread = interrupt_when(
            lambda: [r.operation for r in server.requests].count("createRun") == 2
        )
        with pytest.raises(KeyboardInterrupt):
            client.threads.runs.run_with_tools(assistant.id, thread=QUESTION, tools=[get_weather])
        thread.join()

        assert ends_of(server, client) == ["cancelled"]


def test_cancelling_that_fails_is_noted(run: Any, server: appbuilder_mock.Running) -> None:
    """The original error stays the error; what came of cancelling is a note on it."""
    refusal = Fault(status=400, error=ErrorBody(code="no", message="不行"))
    server.script(Rule(match=Match(operation="cancelRun"), fault=refusal))

    @named
    def weather(city: str) -> str:
        raise Kaputt

    with pytest.raises(Kaputt) as caught:
        run(weather)

    (note,) = notes_of(caught.value)
    assert note.startswith("cancelling the run failed (400 no: 不行")
    assert note.endswith("it may be going on")


def test_a_run_that_has_ended_is_not_missed(run: Any, server: appbuilder_mock.Running) -> None:
    """When it has ended before it can be cancelled, nothing waits and nothing is noted."""
    ended = Fault(status=409, error=ErrorBody(code="run_ended", message="it has ended"))
    server.script(Rule(match=Match(operation="cancelRun"), fault=ended))

    @named
    def weather(city: str) -> str:
        raise Kaputt

    with pytest.raises(Kaputt) as caught:
        run(weather)

    assert notes_of(caught.value) == []


@pytest.mark.parametrize("known", [True, False], ids=["thread known", "new thread"])
def test_a_first_answer_that_is_lost(
    run: Any, client: Any, server: appbuilder_mock.Running, known: bool
) -> None:
    """Nothing is cancelled; the error says that a run may be going on, and how to find it."""
    lost = Fault(reset="before_answering")
    server.script(rounds(asks("北京"), match=Match(nth=1), fault=lost))
    thread = client.threads.create()

    with pytest.raises(ApiConnectionError) as caught:
        run(get_weather, thread_id=thread.id if known else None)

    [note] = notes_of(caught.value)
    assert note.startswith("a run may be going on; the run's id is unknown")
    assert (f"client.threads.runs.list(thread_id={thread.id!r})" in note) is known


def test_a_run_that_was_refused(client: Any, server: appbuilder_mock.Running) -> None:
    """Nothing was begun, so nothing is cancelled."""
    thread = client.threads.create()

    with pytest.raises(NotFoundError) as caught:
        client.threads.runs.run_with_tools("asst_没有", thread.id, QUESTION, tools=[get_weather])

    assert notes_of(caught.value) == []
    assert [request.operation for request in server.requests] == [
        "createThread",
        "createRun",
    ]


@pytest.mark.parametrize(
    "action",
    [None, {"type": "approve"}, calls(), calls(call(output="晴")), calls(call(id_=7))],
    ids=["none", "another", "no calls", "answered", "no id"],
)
def test_a_run_that_waits_for_something_else(
    harness: ClientHarness, serve: Serve, action: Any
) -> None:
    """It is an error, and the run is cancelled, as nobody here can continue it."""
    server = serve(lambda exchange: exchange.send(answer(waiting(action))))
    client = harness.client("k", server.url)

    with pytest.raises(ResponseError, match="run run_1 waits for an action, but names no tool"):
        client.threads.runs.run_with_tools("a", thread=QUESTION, tools=[get_weather])

    assert [exchange.request_line.split()[1] for exchange in server.exchanges] == [
        "/v2/threads/runs",
        "/v2/threads/runs/cancel",
    ]


def test_a_service_that_answers_at_once(harness: ClientHarness, serve: Serve) -> None:
    """A run that is still at work when it comes back is waited for, and calls come but once."""
    answers = [
        {**RUN, "status": "queued"},
        {**RUN, "status": "in_progress"},
        waiting(calls(call(), call(), call("c2", {"city": 3}), call("c3", output="晴"))),
        {**RUN, "status": "in_progress"},
        RUN,
    ]
    server = serve(lambda exchange: exchange.send(answer(answers.pop(0))))

    client = harness.client("k", server.url)
    done = client.threads.runs.run_with_tools("a", thread=QUESTION, tools=[get_weather])

    assert done.status == "completed"
    paths = [exchange.request_line.split()[1].rpartition("/")[2] for exchange in server.exchanges]
    assert paths == ["runs", "query", "query", "submit_tool_outputs", "query"]
    assert server.exchanges[3].json["tool_outputs"] == [
        {"tool_call_id": "c1", "output": "北京：晴"},
        {"tool_call_id": "c2", "output": "error: the arguments are not JSON, but no text at all"},
    ]
