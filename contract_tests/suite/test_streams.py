"""Runs told as they happen."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.client.client import Caller
from contract_tests.spec import document as spec
from contract_tests.spec import run_events as sse
from contract_tests.spec.samples import QUESTION, WEATHER, answer_text, comparable, only, text_of

ASSISTANT_ID = spec.example("createRun")["assistant_id"]

ANSWER = ["run_begin", "tool_step_begin", "message_creation", "message", "tool_step_end", "run_end"]


def test_recorded_order(caller: Caller) -> None:
    """The events of a plain answer come in the order they were recorded in."""
    told = list(caller.stream({"assistant_id": ASSISTANT_ID, "thread": QUESTION}))

    assert kinds(told) == ANSWER
    statuses = [event.payload["status"] for event in told if event.name == "status"]
    assert statuses == ["queued", "in_progress", "in_progress", "completed", "completed"]


def test_texts_joined_are_the_answer(caller: Caller) -> None:
    """The pieces of the stream make up what the same question is answered without one."""
    body = {"assistant_id": ASSISTANT_ID, "thread": QUESTION}
    told = list(caller.stream(body))
    text = only(sse.texts(told).values())

    assert len([event for event in told if event.name == "message"]) > 1
    assert text == answer_text(caller.call("createRun", body))


def test_texts_joined_are_the_message(caller: Caller) -> None:
    """The pieces of the stream make up the message that is stored, which the step names."""
    told = list(caller.stream({"assistant_id": ASSISTANT_ID, "thread": QUESTION}))
    message_id, text = only(sse.texts(told).items())
    run = told[-1].details["run_object"]
    where = {"thread_id": run["thread_id"]}
    message = caller.call("queryMessage", {**where, "message_id": message_id})

    assert text_of(message) == text
    assert (message["role"], message["run_id"]) == ("assistant", run["id"])
    assert caller.call("listMessages", where)["data"][0] == message
    step = only(caller.call("listRunSteps", {**where, "run_id": run["id"]})["data"])
    detail = step["step_datail"]
    assert detail is None or detail["message_creation"] == {"message_id": message_id}


@pytest.mark.gentle
def test_last_event_is_the_run(caller: Caller) -> None:
    """What the stream tells is what queries and the list tell after it: the run, and the text."""
    told = list(caller.stream({"assistant_id": ASSISTANT_ID, "thread": QUESTION}))
    run = told[-1].details["run_object"]
    ids = {"thread_id": run["thread_id"], "run_id": run["id"]}
    queried = caller.call("queryRun", ids)

    [listed] = caller.call("listRuns", {"thread_id": run["thread_id"]})["data"]
    assert comparable(queried) == comparable(listed) == comparable(run)
    message_id, text = only(sse.texts(told).items())
    which = {"thread_id": run["thread_id"], "message_id": message_id}
    assert text_of(caller.call("queryMessage", which)) == text


def test_outputs_are_submitted_while_the_stream_waits(caller: Caller) -> None:
    """The stream stays open over a function call and then tells the rest."""
    told: list[sse.Event] = []
    run: dict[str, Any] = {}
    for event in caller.stream(
        {"assistant_id": ASSISTANT_ID, "thread": QUESTION, "tools": [WEATHER]}
    ):
        told.append(event)
        run = event.details.get("run_object") or run
        if event.kind == "tool_calls":
            call = only(event.details["tool_calls"])
            output = {"tool_call_id": call["id"], "output": "晴，25 度"}
            ids = {"thread_id": run["thread_id"], "run_id": run["id"]}
            submitted = caller.call("submitToolOutputs", {**ids, "tool_outputs": [output]})
            assert submitted["id"] == run["id"]

    calling = ["run_begin", "tool_step_begin", "tool_calls", "tool_submitted_output"]
    assert kinds(told) == [*calling, "tool_step_end", *ANSWER[1:]]
    assert told[-1].payload["status"] == "completed"


def test_cancelled_while_the_stream_waits(caller: Caller) -> None:
    """Cancelling is told on the stream, which then ends."""
    told: list[sse.Event] = []
    run: dict[str, Any] = {}
    for event in caller.stream(
        {"assistant_id": ASSISTANT_ID, "thread": QUESTION, "tools": [WEATHER]}
    ):
        told.append(event)
        run = event.details.get("run_object") or run
        if event.kind == "tool_calls":
            caller.call("cancelRun", {"thread_id": run["thread_id"], "run_id": run["id"]})

    assert kinds(told)[-2:] == ["run_cancelling", "run_end"]
    assert run["status"] == "cancelled"
    assert run["cancelled_at"] >= run["created_at"]
    ids = {"thread_id": run["thread_id"], "run_id": run["id"]}
    assert caller.call("queryRun", ids)["status"] == "cancelled"


def kinds(told: list[sse.Event]) -> list[str]:
    """The kinds of the events in order, the pieces of one message counted as one."""
    every = [event.kind for event in told if event.name != "ping"]
    return [
        kind
        for kind, before in zip(every, ["", *every], strict=False)
        if kind != "message" or before != kind
    ]
