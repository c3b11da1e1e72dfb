"""Streams with tool calls that the client answers, and leaving them, on both clients."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import (
    AppBuilder,
    AsyncAppBuilder,
    AsyncRunStream,
    BadRequestError,
    DeadlineExceededError,
    NotFoundError,
    ResponseError,
    RunStream,
    StreamInterruptedError,
    ToolError,
    ToolLoopError,
    hooks,
)
from appbuilder_mock.scenarios import Cut, Fault, Match, Pause, Reply, Rule, ToolCall

from tests.clients.bodies import BEGIN, CHUNKED, END, RUN, chunk, framed, status
from tests.clients.client_harness import ClientHarness, SyncHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import PATIENCE, Exchange, answer
from tests.clients.tools import (
    QUESTION,
    Kaputt,
    asks,
    ends_of,
    get_weather,
    named,
    outputs_of,
    rounds,
    runs_of,
)

BOTH = ["submit_tool_outputs", "tool_output"]


@pytest.fixture
def client(harness: ClientHarness, server: appbuilder_mock.Running) -> Any:
    return harness.client(server.token, server.url, retry=AT_ONCE)


@pytest.fixture
def stream(client: Any) -> Callable[..., Any]:
    """A stream of an assistant's run on a new thread; the tools come first."""
    assistant = client.assistants.create("a")

    def stream_(*tools: Any, **options: Any) -> Any:
        options.setdefault("thread", QUESTION)
        return client.threads.runs.stream_run_with_tools(assistant.id, tools=tools, **options)

    return stream_


def kinds(events: Any) -> list[str]:
    """The events' texts, each sequence of message pieces as one."""
    found: list[str] = []
    for event in events:
        kind = getattr(event, "event_type", "message")
        if kind != "message" or found[-1:] != ["message"]:
            found.append(kind)
    return found


ROUND = ["tool_step_begin", "tool_calls"]
OUTPUT = ["tool_submitted_output", "tool_step_end"]
END_OF_RUN = ["tool_step_begin", "message_creation", "message", "tool_step_end", "run_end"]


@pytest.mark.parametrize("continuation", BOTH)
@pytest.mark.parametrize("entered", [True, False], ids=["with", "plain"])
def test_several_rounds_of_several_calls(
    stream: Any, server: appbuilder_mock.Running, continuation: str, entered: bool
) -> None:
    """One iterator goes from the run's begin to its end, whichever way outputs go."""
    server.script(rounds(asks("北京", "上海"), asks("广州")))
    whole = stream(get_weather, continuation=continuation)

    if entered:
        with whole:
            events = list(whole)
    else:
        events = list(whole)

    # A stream that follows another names the run anew.
    going_on = OUTPUT if continuation == "submit_tool_outputs" else ["run_begin", *OUTPUT]
    assert kinds(events) == ["run_begin", *ROUND, *going_on, *ROUND, *going_on, *END_OF_RUN]
    assert list(whole.messages.values()) == ["北京：晴\n上海：晴\n广州：晴"]
    assert whole.snapshot.status == "completed"
    operations = [request.operation for request in server.requests]
    by = {"submit_tool_outputs": ["submitToolOutputs"] * 2, "tool_output": ["createRun"] * 3}
    assert operations == ["createAssistant", "createRun", *by[continuation]]


def test_it_is_a_stream_with_its_lenses(
    harness: ClientHarness, stream: Any, server: appbuilder_mock.Running
) -> None:
    """`text`, `until_done`, `final_run` and `final_text` carry it through its tools, too."""
    server.script(rounds(asks("北京")))
    plain = RunStream if isinstance(harness, SyncHarness) else AsyncRunStream

    assert "".join(stream(get_weather).text) == "北京：晴"
    assert stream(get_weather).final_text() == "北京：晴"
    assert stream(get_weather).final_run().status == "completed"
    done = stream(get_weather)
    done.until_done()
    assert done.current_run.status == "completed"
    assert isinstance(done if isinstance(harness, SyncHarness) else done._target, plain)


def test_the_events_come_before_the_tools_run(stream: Any, server: appbuilder_mock.Running) -> None:
    """A program sees what is asked for before it is done, and can show it."""
    server.script(rounds(asks("北京")))
    order = []

    @named
    def weather(city: str) -> str:
        order.append(f"called for {city}")
        return city

    for event in (reading := stream(weather)):
        kind = getattr(event, "event_type", "")
        if kind == "tool_calls":
            order += [call.function.arguments for call in reading.snapshot.tool_calls]
        elif kind == "tool_submitted_output":
            order.append(kind)

    assert order == ['{"city":"北京"}', "called for 北京", "tool_submitted_output"]


def test_errors_that_the_model_gets(stream: Any, server: appbuilder_mock.Running) -> None:
    """Wrong arguments, unknown tools and a ToolError are outputs that it can read."""
    server.script(rounds([*asks(3, "火星"), ToolCall("no_such_tool", {})]))

    @named
    def weather(city: str) -> str:
        raise ToolError("没有这个城市")

    assert stream(weather).final_run().status == "completed"
    assert outputs_of(server) == [
        "error: city: expected a string, got 3",
        "error: 没有这个城市",
        "error: unknown tool 'no_such_tool'; the tools are: get_weather",
    ]


def test_async_tools(harness: ClientHarness, stream: Any, server: appbuilder_mock.Running) -> None:
    """The asynchronous client awaits them; the other refuses them before anything is sent."""
    server.script(rounds(asks("北京")))

    async def get_weather(city: str) -> str:
        await asyncio.sleep(0)
        return f"{city}：晴"

    if isinstance(harness, SyncHarness):
        with pytest.raises(TypeError, match="tool get_weather: an `async def` tool needs Async"):
            stream(get_weather)
        assert runs_of(server) == []
    else:
        assert stream(get_weather).final_text() == "北京：晴"


@pytest.mark.parametrize("continuation", BOTH)
@pytest.mark.parametrize("entered", [True, False], ids=["with", "plain"])
def test_other_exceptions_reach_the_caller(
    stream: Any, client: Any, server: appbuilder_mock.Running, continuation: str, entered: bool
) -> None:
    """As they are, and the run is cancelled: none is left waiting for outputs."""
    kaputt = Kaputt("电池没电了")

    @named
    def weather(city: str) -> str:
        raise kaputt

    broken = stream(weather, continuation=continuation)
    if entered:
        with pytest.raises(Kaputt) as caught, broken:
            list(broken)
    else:
        with pytest.raises(Kaputt) as caught:
            list(broken)

    assert caught.value is kaputt
    assert ends_of(server, client) == ["cancelled"]


def test_max_rounds(stream: Any, client: Any, server: appbuilder_mock.Running) -> None:
    """A run that keeps asking is cancelled, and raises ToolLoopError."""
    server.script(rounds(*[asks("北京")] * 3))

    with pytest.raises(ToolLoopError, match="max_rounds=2") as caught:
        list(stream(get_weather, max_rounds=2))

    assert caught.value.rounds == 2
    assert ends_of(server, client) == ["cancelled"]


def first_calls(whole: Any) -> None:
    for event in whole:
        if getattr(event, "event_type", "") == "tool_calls":
            break


@pytest.mark.parametrize("entered", [True, False], ids=["with", "plain"])
def test_leaving_early_cancels_the_run(
    stream: Any, client: Any, server: appbuilder_mock.Running, entered: bool
) -> None:
    """A loop that is left while the run waits: its calls would not be answered."""
    if entered:
        with stream(get_weather) as unfinished:
            first_calls(unfinished)
    else:
        first_calls(stream(get_weather))

    assert ends_of(server, client) == ["cancelled"]


def test_leaving_before_the_first_event_cancels_the_run(
    stream: Any, client: Any, server: appbuilder_mock.Running
) -> None:
    """Its id has not come yet: it is looked for in its thread."""
    thread = client.threads.create()

    with stream(get_weather, thread_id=thread.id):
        pass

    assert ends_of(server, client) == ["cancelled"]


@pytest.mark.parametrize("error", [Kaputt(), NotFoundError()], ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("read", [True, False], ids=["some events", "no event"])
def test_an_error_in_the_block_cancels_the_run(
    stream: Any,
    client: Any,
    server: appbuilder_mock.Running,
    error: Exception,
    read: bool,
) -> None:
    """Every exception, after any number of events, cancels the run."""
    thread = client.threads.create()

    def body() -> None:
        with stream(get_weather, thread_id=thread.id) as unfinished:
            if read:
                first_calls(unfinished)
            raise error

    with pytest.raises(type(error)) as caught:
        body()

    assert caught.value is error
    assert ends_of(server, client) == ["cancelled"]


def test_closing_a_stream_that_is_over(stream: Any, server: appbuilder_mock.Running) -> None:
    """Nothing is left to cancel, and nothing is sent for one that was never used."""
    over = stream(get_weather)
    list(over)
    over.close()
    stream(get_weather).close()

    operations = [request.operation for request in server.requests]
    assert operations == ["createAssistant", "createRun", "submitToolOutputs"]


def test_cancelling_that_fails_is_noted(stream: Any, server: appbuilder_mock.Running) -> None:
    """The original error stays the error; what came of cancelling is a note on it."""
    server.script(Rule(match=Match(operation="cancelRun"), fault=Fault(status=400)))

    @named
    def weather(city: str) -> str:
        raise Kaputt

    with pytest.raises(Kaputt) as caught:
        list(stream(weather))

    (note,) = caught.value.__notes__
    assert note.startswith("cancelling the run failed (400")


@pytest.mark.parametrize("continuation", BOTH)
def test_the_deadline_bounds_tools_and_stream(
    stream: Any, client: Any, server: appbuilder_mock.Running, continuation: str
) -> None:
    """It is that of the whole stream, also of one that follows another; the run is cancelled."""
    server.script(Rule(tool_rounds=[asks("北京")], reply=Reply("{outputs}", first_delay=PATIENCE)))
    begun = time.monotonic()
    late = stream(get_weather, continuation=continuation, deadline=0.8)

    with pytest.raises(DeadlineExceededError) as caught:
        list(late)

    assert 0.8 <= time.monotonic() - begun < PATIENCE  # which the server takes
    assert caught.value.cancelled
    assert caught.value.run_id == late.snapshot.run_id
    assert ends_of(server, client) == ["cancelled"]


@pytest.mark.parametrize("late", ["submitToolOutputs", "the tool"])
def test_the_deadline_names_the_run(
    stream: Any, server: appbuilder_mock.Running, late: str
) -> None:
    """Also when it passes between two streams: the events before have named the run."""
    pause = Rule(match=Match(operation="submitToolOutputs"), fault=Fault(pause=Pause(PATIENCE)))
    server.script(pause, rounds(asks("北京")))

    @named
    def weather(city: str) -> str:
        threading.Event().wait(PATIENCE if late == "the tool" else 0)
        return city

    overdue = stream(weather, continuation="submit_tool_outputs", deadline=1.0)
    with pytest.raises(DeadlineExceededError) as caught:
        list(overdue)

    assert caught.value.run_id == overdue.snapshot.run_id is not None
    assert caught.value.thread_id == overdue.snapshot.thread_id


def test_a_stream_that_follows_another_has_no_new_deadline(
    stream: Any, server: appbuilder_mock.Running
) -> None:
    """The resources of the first stream and of the tools are released."""
    server.script(Rule(tool_rounds=[asks("北京")], reply=Reply("{outputs}", first_delay=PATIENCE)))

    begun = []

    @named
    def weather(city: str) -> str:
        begun.append(time.monotonic())
        threading.Event().wait(1.8)
        return city

    with pytest.raises(DeadlineExceededError):
        list(stream(weather, continuation="tool_output", deadline=2.0))

    # A new deadline would be 2 seconds from the tool's end.
    assert time.monotonic() - begun[0] < 3.8


def test_a_stream_that_breaks_off(
    stream: Any, client: Any, server: appbuilder_mock.Running
) -> None:
    """A run that is found waiting has lost its listener: it is cancelled."""
    server.script(rounds(asks("北京"), fault=Fault(cut=Cut(after_event=2))))

    with pytest.raises(StreamInterruptedError):
        list(stream(get_weather))

    assert ends_of(server, client) == ["cancelled"]


def test_a_stream_that_is_refused(client: Any, server: appbuilder_mock.Running) -> None:
    """Nothing was begun, so nothing is cancelled."""
    thread = client.threads.create()
    refused = client.threads.runs.stream_run_with_tools(
        "asst_没有", thread.id, QUESTION, tools=[get_weather]
    )

    with pytest.raises(NotFoundError):
        list(refused)

    assert [request.operation for request in server.requests] == [
        "createThread",
        "createRun",
    ]


def test_cancelling_a_task_cancels_the_run(server: appbuilder_mock.Running) -> None:
    """Even when it is cancelled again and again while the run is being cancelled."""

    async def main() -> str:
        asked = asyncio.Event()

        async def get_weather(city: str) -> str:
            asked.set()
            await asyncio.Event().wait()
            return city

        async with AsyncAppBuilder(server.token, server.url) as client:
            assistant = await client.assistants.create("a")
            stream = client.threads.runs.stream_run_with_tools(
                assistant.id, thread=QUESTION, tools=[get_weather]
            )
            task = asyncio.create_task(stream.until_done())
            await asyncio.wait_for(asked.wait(), PATIENCE)
            while not task.done():
                task.cancel()
                await asyncio.sleep(0)
            with pytest.raises(asyncio.CancelledError):
                await task
            (run,) = runs_of(server)
            return (await client.threads.runs.wait(run["thread_id"], run["id"])).status

    assert asyncio.run(main()) == "cancelled"


@pytest.mark.parametrize("error", [None, Kaputt()], ids=["break", "an error"])
def test_leaving_a_native_async_for(
    server: appbuilder_mock.Running, error: Exception | None
) -> None:
    """With no context manager, and the client closed at once: the run is cancelled all the same."""

    async def main() -> None:
        async with AsyncAppBuilder(server.token, server.url) as client:
            assistant = await client.assistants.create("a")
            async for event in client.threads.runs.stream_run_with_tools(
                assistant.id, thread=QUESTION, tools=[get_weather]
            ):
                if getattr(event, "event_type", "") == "tool_calls":
                    if error is not None:
                        raise error
                    break

    if error is None:
        asyncio.run(main())
    else:
        with pytest.raises(Kaputt):
            asyncio.run(main())

    with AppBuilder(server.token, server.url) as client:
        assert ends_of(server, client) == ["cancelled"]


def test_closing_the_client_cancels_the_runs_of_its_streams(
    harness: ClientHarness, server: appbuilder_mock.Running, client: Any
) -> None:
    """A stream that is only put aside is no reason to leave its run waiting."""
    other = harness.client(server.token, server.url)
    assistant = other.assistants.create("a")
    aside = other.threads.runs.stream_run_with_tools(
        assistant.id, thread=QUESTION, tools=[get_weather]
    )
    aside.__enter__()
    first_calls(aside)

    other.close()

    assert ends_of(server, client) == ["cancelled"]


def test_closing_the_client_leaves_all_its_streams(
    harness: ClientHarness, server: appbuilder_mock.Running
) -> None:
    """A run that cannot be cancelled keeps no other from it, nor the connections from closing."""
    server.script(Rule(match=Match(operation="cancelRun"), fault=Fault(status=400)))
    client = harness.client(server.token, server.url)
    assistant = client.assistants.create("a")
    for _ in range(3):
        aside = client.threads.runs.stream_run_with_tools(
            assistant.id, thread=QUESTION, tools=[get_weather]
        )
        aside.__enter__()
        first_calls(aside)

    with pytest.raises(BadRequestError) as caught:
        client.close()

    cancelled = {request.body["run_id"] for request in server.assert_received("cancelRun", times=3)}
    assert cancelled == {run["id"] for run in runs_of(server)}
    assert [note.partition(": ")[0] for note in caught.value.__notes__] == [
        "another stream could not be closed either"
    ] * 2
    with pytest.raises(RuntimeError, match="closed"):
        client.assistants.list()
    client.close()


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


CALL = {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}


def events_of(*calls: Any) -> bytes:
    return status(2, "tool_calls", "requires_action", tool_calls=list(calls))


def test_calls_that_are_sent_twice(harness: ClientHarness, serve: Serve) -> None:
    """A function is called once for one call, also when a service repeats the event."""
    body = BEGIN + events_of(CALL, CALL) + events_of(CALL) + END
    called = []

    def script(exchange: Exchange) -> None:
        streams = exchange.json.get("stream")
        exchange.send(framed(body)["length"] if streams else answer({**RUN, "status": "queued"}))

    def get_weather() -> str:
        called.append(1)
        return "晴"

    server = serve(script)
    client = harness.client("k", server.url)
    events = list(
        client.threads.runs.stream_run_with_tools("a", thread=QUESTION, tools=[get_weather])
    )

    assert len(events) == 4
    assert called == [1]
    assert [exchange.json.get("tool_outputs") for exchange in server.exchanges] == [
        None,
        [{"tool_call_id": "c1", "output": "晴"}],
    ]


def test_a_run_that_waits_for_something_else(harness: ClientHarness, serve: Serve) -> None:
    """An event that names no call is an error, and the run is cancelled."""

    def script(exchange: Exchange) -> None:
        if exchange.json.get("stream"):
            exchange.send(CHUNKED + chunk(BEGIN + status(2, "tool_calls", "requires_action")))
        else:
            exchange.send(answer({**RUN, "status": "cancelling"}))

    server = serve(script)
    client = harness.client("k", server.url)

    with pytest.raises(ResponseError, match="names no tool call to answer"):
        list(client.threads.runs.stream_run_with_tools("a", "t", tools=[get_weather]))

    assert server.exchanges[-1].request_line.split()[1] == "/v2/threads/runs/cancel"


def test_calls_emit_events(harness: ClientHarness, server: appbuilder_mock.Running) -> None:
    """Each call of the client's begins and ends, each stream that follows another as well."""
    events: list[Any] = []
    client = harness.client(server.token, server.url, event_hooks=[events.append])
    assistant = client.assistants.create("a")
    runs = client.threads.runs

    runs.stream_run_with_tools(
        assistant.id, thread=QUESTION, tools=[get_weather], continuation="tool_output"
    ).until_done()

    begun = [event for event in events if isinstance(event, hooks.CallStarted)]
    ended = [event.call_id for event in events if isinstance(event, hooks.CallFinished)]
    _, whole, *_ = begun
    operations = ["createAssistant", "run_with_tools", "createRun", "createRun"]
    assert [event.operation for event in begun] == operations
    assert [event.parent_id for event in begun] == [None, None, whole.call_id, whole.call_id]
    assert sorted(ended) == [event.call_id for event in begun]


@pytest.mark.parametrize("in_a_stream", [False, True])
def test_calls_of_a_function_are_no_part_of_the_run(
    harness: ClientHarness, server: appbuilder_mock.Running, in_a_stream: bool
) -> None:
    """Neither a call nor another run with tools, whose own calls are part of that."""
    events: list[Any] = []
    server.script(rounds(asks("北京")))
    client = harness.client(server.token, server.url, event_hooks=[events.append])
    assistant = client.assistants.create("a")

    @named
    def weather(city: str) -> str:
        with AppBuilder(server.token, server.url, event_hooks=[events.append]) as inner:
            other = inner.assistants.create("b")
            inner.threads.runs.run_with_tools(other.id, thread=QUESTION, tools=[get_weather])
        return "晴"

    runs = client.threads.runs
    if in_a_stream:
        runs.stream_run_with_tools(assistant.id, thread=QUESTION, tools=[weather]).until_done()
    else:
        runs.run_with_tools(assistant.id, thread=QUESTION, tools=[weather])

    begun = [event for event in events if isinstance(event, hooks.CallStarted)]
    outer, inner_ = (event for event in begun if event.operation == "run_with_tools")
    assert [e.parent_id for e in begun if e.operation == "createAssistant"] == [None, None]
    assert (outer.parent_id, inner_.parent_id) == (None, None)
    parts = [event.parent_id for event in begun if event.operation == "createRun"]
    assert parts[:2] == [outer.call_id, inner_.call_id]
    assert set(parts) == {outer.call_id, inner_.call_id}
    parents = {e.parent_id for e in events if isinstance(e, hooks.ToolRoundStarted)}
    assert parents == {outer.call_id, inner_.call_id}
