"""Runs as streams of events."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.client.client import CheckedClient
from contract_tests.spec import run_events as sse
from contract_tests.spec.samples import QUESTION, WEATHER, answer_text, comparable, only, text_of

ANSWER = ["run_begin", "tool_step_begin", "message_creation", "message", "tool_step_end", "run_end"]


def test_recorded_order(client: CheckedClient) -> None:
    """The events of a plain answer come in the order they were recorded in."""
    events = list(client.stream(question(client)))

    assert kinds(events) == ANSWER
    statuses = [event.payload["status"] for event in events if event.name == "status"]
    assert statuses == ["queued", "in_progress", "in_progress", "completed", "completed"]


def test_texts_joined_are_the_answer(client: CheckedClient) -> None:
    """The pieces of the stream make up what the same question is answered without one."""
    body = question(client)
    events = list(client.stream(body))
    text = only(sse.texts(events).values())

    assert len([event for event in events if event.name == "message"]) > 1
    assert text == answer_text(client.call("createRun", body))


def test_texts_joined_are_the_message(client: CheckedClient) -> None:
    """The pieces of the stream make up the message that is stored, which the step names."""
    events = list(client.stream(question(client)))
    message_id, text = only(sse.texts(events).items())
    run = events[-1].details["run_object"]
    where = {"thread_id": run["thread_id"]}
    message = client.call("queryMessage", {**where, "message_id": message_id})

    assert text_of(message) == text
    assert (message["role"], message["run_id"]) == ("assistant", run["id"])
    assert client.call("listMessages", where)["data"][0] == message
    step = only(client.call("listRunSteps", {**where, "run_id": run["id"]})["data"])
    detail = step["step_datail"]
    assert detail is None or detail["message_creation"] == {"message_id": message_id}


@pytest.mark.live_safe
def test_last_event_is_the_run(client: CheckedClient) -> None:
    """The stream agrees with later queries and lists: the run, and the text."""
    events = list(client.stream(question(client)))
    run = events[-1].details["run_object"]
    ids = {"thread_id": run["thread_id"], "run_id": run["id"]}
    queried = client.call("queryRun", ids)

    [listed] = client.call("listRuns", {"thread_id": run["thread_id"]})["data"]
    assert comparable(queried) == comparable(listed) == comparable(run)
    message_id, text = only(sse.texts(events).items())
    which = {"thread_id": run["thread_id"], "message_id": message_id}
    assert text_of(client.call("queryMessage", which)) == text


def test_outputs_are_submitted_while_the_stream_waits(client: CheckedClient) -> None:
    """The stream stays open over a function call and then continues."""
    events: list[sse.RunEvent] = []
    run: dict[str, Any] = {}
    for event in client.stream({**question(client), "tools": [WEATHER]}):
        events.append(event)
        run = event.details.get("run_object") or run
        if event.kind == "tool_calls":
            call = only(event.details["tool_calls"])
            output = {"tool_call_id": call["id"], "output": "晴，25 度"}
            ids = {"thread_id": run["thread_id"], "run_id": run["id"]}
            submitted = client.call("submitToolOutputs", {**ids, "tool_outputs": [output]})
            assert submitted["id"] == run["id"]

    calling = ["run_begin", "tool_step_begin", "tool_calls", "tool_submitted_output"]
    assert kinds(events) == [*calling, "tool_step_end", *ANSWER[1:]]
    assert events[-1].payload["status"] == "completed"


def test_cancelled_while_the_stream_waits(client: CheckedClient) -> None:
    """A cancellation is on the stream, which then ends."""
    events: list[sse.RunEvent] = []
    run: dict[str, Any] = {}
    for event in client.stream({**question(client), "tools": [WEATHER]}):
        events.append(event)
        run = event.details.get("run_object") or run
        if event.kind == "tool_calls":
            client.call("cancelRun", {"thread_id": run["thread_id"], "run_id": run["id"]})

    assert kinds(events)[-2:] == ["run_cancelling", "run_end"]
    assert run["status"] == "cancelled"
    assert run["cancelled_at"] >= run["created_at"]
    ids = {"thread_id": run["thread_id"], "run_id": run["id"]}
    assert client.call("queryRun", ids)["status"] == "cancelled"


def question(client: CheckedClient) -> dict[str, Any]:
    """The body of a run of the examples' assistant."""
    assistant_id = client.document.example("createRun")["assistant_id"]
    return {"assistant_id": assistant_id, "thread": QUESTION}


def kinds(events: list[sse.RunEvent]) -> list[str]:
    """The kinds of the events in order, the pieces of one message counted as one."""
    every = [event.kind for event in events if event.name != "ping"]
    return [
        kind
        for kind, before in zip(every, ["", *every], strict=False)
        if kind != "message" or before != kind
    ]
