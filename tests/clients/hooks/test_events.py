"""The events that hooks receive."""

from __future__ import annotations

from typing import Any

import pytest
from appbuilder_assistants._transport import response
from appbuilder_assistants.hooks import (
    AttemptFinished,
    CallFinished,
    CallStarted,
    FirstEventReceived,
    HookEvent,
    RetryScheduled,
)

from tests.clients.bodies import BEGIN, BUSY, RUN, STREAM, framed, piece, run_as, stored, stream_of
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import PATIENCE, Exchange, answer, answers
from tests.clients.tools import get_weather


def test_a_call_from_its_beginning_to_its_end(harness: ClientHarness, serve: Serve) -> None:
    """Start, attempt, retry, attempt and end have one call id."""
    events: list[HookEvent] = []
    server = serve(answers(BUSY, answer(RUN, x_appbuilder_request_id="req_1")))
    client = harness.client("k", server.url, retry=AT_ONCE, event_hooks=[events.append])

    run = client.threads.runs.query("线程", "r")

    started, first, again, second, finished = events
    assert started == CallStarted(
        started.call_id,
        "queryRun",
        "POST",
        "/v2/threads/runs/query",
        {"thread_id": "线程", "run_id": "r"},
        server.url,
    )
    assert isinstance(first, AttemptFinished)
    assert (first.attempt, first.status_code, first.error) == (1, 503, None)
    assert isinstance(again, RetryScheduled)
    assert (again.operation, again.attempt, again.seconds) == ("queryRun", 1, 0.0)
    assert (again.method, again.path) == ("POST", "/v2/threads/runs/query")
    assert (again.status_code, again.request_id) == (503, first.request_id)
    assert again.reason.startswith("503")
    assert isinstance(second, AttemptFinished)
    assert (second.attempt, second.status_code, second.request_id) == (2, 200, "req_1")
    assert isinstance(finished, CallFinished)
    assert (finished.result, finished.error) == (run, None)
    assert finished.seconds >= first.seconds + second.seconds > 0
    assert {event.call_id for event in events} == {started.call_id}


def test_a_call_that_fails(harness: ClientHarness, serve: Serve) -> None:
    """The end has the error that the caller gets; a lost answer says why."""
    events: list[HookEvent] = []
    server = serve(lambda exchange: False)
    client = harness.client("k", server.url, retry=AT_ONCE, event_hooks=[events.append])

    with pytest.raises(Exception, match="was cut off") as caught:
        client.threads.runs.run("a", "t")

    tried, finished = events[1:]
    assert isinstance(tried, AttemptFinished)
    assert tried.status_code is None
    assert "was cut off" in str(tried.error)
    assert isinstance(finished, CallFinished)
    assert finished.error is caught.value


def test_a_stream_is_over_when_it_is_closed(harness: ClientHarness, serve: Serve) -> None:
    """Not when it begins."""
    events: list[HookEvent] = []
    server = serve(lambda exchange: exchange.send(framed(STREAM)["length"]))
    client = harness.client("k", server.url, event_hooks=[events.append])

    with stream_of(client) as stream:
        assert [type(event) for event in events] == [CallStarted, AttemptFinished]
        list(stream)

    first, finished = events[2:]
    assert isinstance(first, FirstEventReceived)
    assert first.call_id == events[0].call_id
    assert 0 < first.seconds <= finished.seconds
    assert isinstance(finished, CallFinished)
    assert finished.result is stream.snapshot.run is not None


def with_tools(client: Any) -> Any:
    return client.threads.runs.stream_run_with_tools("a", "t", tools=[get_weather])


@pytest.mark.parametrize("begin", [stream_of, with_tools])
@pytest.mark.parametrize("broken", [False, True], ids=["whole", "broken"])
def test_a_stream_read_one_event_at_a_time(
    harness: ClientHarness,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    begin: Any,
    broken: bool,
) -> None:
    """It is over with the run's final event, or its look-up, even if no further event is read.

    Its connection is kept for the next call.
    """
    monkeypatch.setattr(response, "REST_SECONDS", PATIENCE)  # for a machine that has much to do
    events: list[HookEvent] = []
    others = {
        "/v2/threads/runs/list": answer({"object": "list", "data": [], "has_more": False}),
        "/v2/threads/runs/query": run_as("completed"),
        "/v2/threads/messages/list": stored(m="我是秦始皇", n="没错"),
    }

    def script(exchange: Exchange) -> bool:
        whole = framed(BEGIN + piece(2, "我是") if broken else STREAM)["chunked"]
        exchange.send(others.get(exchange.path, whole))
        return True

    server = serve(script)
    client = harness.client("k", server.url, event_hooks=[events.append])
    stream = begin(client)

    while not stream.snapshot.finished:
        next(stream)

    begun = [event for event in events if isinstance(event, CallStarted)]
    ended = [event for event in events if isinstance(event, CallFinished)]
    assert sorted(e.call_id for e in ended) == [e.call_id for e in begun]
    assert ended[-1].result is stream.snapshot.run is not None
    assert {type(e.error) for e in ended} == {type(None)}
    assert stream.messages["m"] == "我是秦始皇"
    assert [e.content[0].text.value for e in stream_rest(stream)] == ["没错"] * broken
    assert client.threads.runs.query("t", "r").id == RUN["id"]
    assert server.connections == 1


def stream_rest(stream: Any) -> list[Any]:
    """The remaining items, one by one."""
    rest = []
    while (event := next(stream, None)) is not None:
        rest.append(event)
    return rest


def test_hooks_of_some_calls(harness: ClientHarness, serve: Serve) -> None:
    """`with_options` sets others, and leaves those of the client."""
    mine: list[HookEvent] = []
    others: list[HookEvent] = []
    server = serve(lambda exchange: exchange.send(answer(RUN)))
    client = harness.client("k", server.url, event_hooks=[mine.append])

    client.with_options(event_hooks=[others.append]).threads.runs.query("t", "r")
    assert (len(mine), len(others)) == (0, 3)
    client.with_options(timeout=5).threads.runs.query("t", "r")
    assert (len(mine), len(others)) == (3, 3)
