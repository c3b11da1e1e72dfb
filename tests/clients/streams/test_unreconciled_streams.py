"""Streams that broke off, with a run or a text that is not to be had: the error says why."""

from __future__ import annotations

import threading
import time
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import (
    AssistantsError,
    DeadlineExceededError,
    NotFoundError,
    StreamInterruptedError,
)
from appbuilder_mock.scenarios import Cut, Fault, Match, Rule

from tests.clients.bodies import (
    ABRUPT,
    BEGIN,
    BEGINNING,
    CHUNKED,
    END,
    POLITE,
    WHOLE,
    BrokenStream,
    chunk,
    event,
    framed,
    run_as,
    seen,
    stored,
    stream_of,
)
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import Exchange, answer
from tests.clients.test_against_the_mock import asked


@pytest.mark.parametrize("state", ["queued", "in_progress", "requires_action", "cancelling"])
def test_a_run_that_continues(harness: ClientHarness, serve: Serve, state: str) -> None:
    """It raises an error with the received part and the ids of the run."""
    server = serve(BrokenStream(POLITE, run_as(state)))
    stream = stream_of(harness.client("k", server.url))

    with pytest.raises(StreamInterruptedError) as caught:
        list(stream)

    assert f"the run is {state}: ask client.threads.runs.query(" in str(caught.value)
    assert (caught.value.run_id, caught.value.thread_id) == ("run_1", "t")
    assert caught.value.snapshot.messages == {"m": "我是"}
    assert caught.value.snapshot.last_send_id == 2
    assert len(server.exchanges) == 2
    with pytest.raises(StreamInterruptedError):
        stream.final_run()
    assert len(server.exchanges) == 2


def test_a_look_up_that_fails(harness: ClientHarness, serve: Serve) -> None:
    """The interruption says so; its cause is the break of the stream."""
    missing = answer({"error": {"code": "run_not_found", "message": "没有"}}, "404 Not Found")
    server = serve(BrokenStream(ABRUPT, missing))

    with pytest.raises(StreamInterruptedError, match="run_not_found") as caught:
        list(stream_of(harness.client("k", server.url)))

    assert "the run may be going on (looking it up failed: 404" in str(caught.value)
    assert type(caught.value.__cause__).__name__ == "RemoteProtocolError"


@pytest.mark.parametrize("messages", [answer({}, "500 Oops"), stored(m="别的"), stored()])
def test_a_text_that_cannot_be_had(harness: ClientHarness, serve: Serve, messages: bytes) -> None:
    """A run that completed is no success when the end of its text is lost."""
    missing = answer({"error": {"code": "message_not_found"}}, "404 Not Found")
    server = serve(BrokenStream(ABRUPT, run_as("completed"), messages, missing))
    stream = stream_of(harness.client("k", server.url, retry=AT_ONCE))

    with pytest.raises(StreamInterruptedError, match="looking its messages up failed"):
        stream.final_text()
    assert stream.messages == {"m": "我是"}


def test_a_malformed_event_is_not_made_good(harness: ClientHarness, serve: Serve) -> None:
    """It raises, even of a run that completed: nothing is asked."""
    body = BEGINNING + event("message", '{"send_id": 3,') + END
    server = serve(BrokenStream(framed(body)["length"], run_as("completed"), WHOLE))
    stream = stream_of(harness.client("k", server.url))
    events: list[Any] = []

    with pytest.raises(StreamInterruptedError, match=r"cannot be read \(JSONDecodeError: "):
        events.extend(stream)

    assert seen(events) == [1, 2]
    assert len(server.exchanges) == 1


def test_an_error_object_behind_the_last_event(harness: ClientHarness, serve: Serve) -> None:
    """The service's error for the end is the error; nothing is requested."""
    body = BEGINNING + b'{"error": {"code": 404}}'
    server = serve(BrokenStream(framed(body)["length"], run_as("completed"), WHOLE))

    with pytest.raises(NotFoundError):
        list(stream_of(harness.client("k", server.url)))

    assert len(server.exchanges) == 1


def test_a_run_with_an_unknown_id(harness: ClientHarness, serve: Serve) -> None:
    """Without the first event there is no id to ask with."""
    server = serve(BrokenStream(framed(b"")["chunked"], run_as("completed"), WHOLE))

    with pytest.raises(StreamInterruptedError) as caught:
        list(stream_of(harness.client("k", server.url)))

    assert caught.value.run_id is None
    assert len(server.exchanges) == 1


@pytest.mark.parametrize("limit", ["own", "deadline"])
def test_looking_up_takes_a_bounded_time(
    harness: ClientHarness, serve: Serve, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    """A service that does not answer is given up after a while, or at the call's deadline."""
    module = f"appbuilder_assistants._{harness.name}._caller"
    monkeypatch.setattr(f"{module}.RECONCILE_SECONDS", 0.3 if limit == "own" else 60.0)

    def script(exchange: Exchange) -> bool:
        if exchange.path == "/v2/threads/runs":
            exchange.send(POLITE)
            # The look-up uses this connection: one that is closed as it is used costs a retry,
            # for which the deadline may leave no time.
            return True
        assert exchange.client_disconnected()
        return False

    client = harness.client("k", serve(script).url, deadline=0.5 if limit == "deadline" else None)
    began = time.monotonic()
    with pytest.raises(AssistantsError) as caught:
        list(stream_of(client))

    assert time.monotonic() - began < 5
    if limit == "own":
        assert type(caught.value) is StreamInterruptedError
    else:
        assert type(caught.value) is DeadlineExceededError
    assert (caught.value.run_id, caught.value.thread_id) == ("run_1", "t")


@pytest.mark.parametrize("begun", [True, False])
@pytest.mark.parametrize("known", [True, False])
def test_a_deadline_cancels(harness: ClientHarness, serve: Serve, begun: bool, known: bool) -> None:
    """A run that is overdue is cancelled on request, if its id is known."""
    cancelled = threading.Event()

    def script(exchange: Exchange) -> bool:
        if exchange.path == "/v2/threads/runs":
            if begun:
                exchange.send(CHUNKED + chunk(BEGIN))
            assert exchange.client_disconnected()
            return False
        if exchange.path.endswith("/cancel"):
            assert exchange.json["run_id"] == "run_1"
            cancelled.set()
        exchange.send(run_as("cancelling"))
        return True

    client = harness.client("k", serve(script).url, deadline=0.4, on_deadline="cancel")
    output = {"tool_call_id": "c", "output": "晴", "run_id": "run_1"} if known else None
    thread = None if known or begun else asked("你好")
    stream = client.threads.runs.stream_run(
        "a", None if thread else "t", thread, tool_output=output
    )
    with pytest.raises(DeadlineExceededError) as caught:
        stream.until_done()

    assert caught.value.cancelled is cancelled.is_set() is (begun or known)
    assert caught.value.run_id == ("run_1" if begun or known else None)


def test_the_mock_cuts_a_stream_of_a_run_that_waits(harness: ClientHarness) -> None:
    """A run that waits for a tool is no success, and the caller can continue it."""
    tool = {
        "type": "function",
        "function": {"name": "f", "description": "d", "parameters": {"type": "object"}},
    }
    with appbuilder_mock.running(
        scenario=[
            Rule(match=Match(operation="createRun", times=1), fault=Fault(cut=Cut(after_event=3)))
        ]
    ) as server:
        client = harness.client(server.token, server.url)
        assistant = client.assistants.create("a", tools=[tool])
        stream = client.threads.runs.stream_run(assistant.id, thread=asked("北京"))
        with pytest.raises(StreamInterruptedError, match="the run is requires_action") as caught:
            list(stream)

        run_id, thread_id = caught.value.run_id, caught.value.thread_id
        run = client.threads.runs.query(thread_id, run_id)
        (call,) = run.required_action.submit_tool_outputs.tool_calls
        output = {"tool_call_id": call.id, "output": "晴", "run_id": run_id}
        done = client.threads.runs.run(assistant.id, thread_id, tool_output=output)

        assert done.status == "completed"
