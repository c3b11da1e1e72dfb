"""Streams of runs with tool calls that the client answers, on both clients."""

from __future__ import annotations

import asyncio
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import (
    AsyncRunStream,
    NotFoundError,
    ResponseError,
    RunStream,
    StreamInterruptedError,
    ToolError,
    ToolLoopError,
)
from appbuilder_mock.scenarios import Cut, Fault, ToolCall

from tests.clients.bodies import BEGIN, CHUNKED, END, RUN, chunk, framed, status
from tests.clients.client_harness import ClientHarness, SyncHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import Exchange, answer
from tests.clients.tools import (
    CONTINUATIONS,
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


@pytest.mark.parametrize("continuation", CONTINUATIONS)
@pytest.mark.parametrize("entered", [True, False], ids=["with", "plain"])
def test_several_rounds_of_several_calls(
    stream: Any, server: appbuilder_mock.Running, continuation: str, entered: bool
) -> None:
    """One iterator has all events of the run, whichever way outputs are sent."""
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
    expected = {"submit_tool_outputs": ["submitToolOutputs"] * 2, "tool_output": ["createRun"] * 3}
    assert operations == ["createAssistant", "createRun", *expected[continuation]]


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


@pytest.mark.parametrize("continuation", CONTINUATIONS)
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
