"""The end of a run without a final event: the requests, and their results."""

from __future__ import annotations

from typing import Any

import pytest
from appbuilder_assistants import RetryPolicy, RunSnapshot, StreamInterruptedError
from appbuilder_assistants._core.calls import Flow, NoReply, Outcome, Reply, Send
from appbuilder_assistants._core.limits import RECONCILE_SECONDS
from appbuilder_assistants._core.streams.events import Break, EventReader
from appbuilder_assistants._core.streams.reconcile import LookUps, reconcile
from appbuilder_assistants._operations import messages, runs

from tests.core.calls import reply, streamed
from tests.core.streams.run_events import BEGIN, CALLS, RUN, piece, status

CREATED = status(2, "message_creation", "in_progress", message_creation={"message_id": "chatmsg_1"})
ASK = LookUps(run=runs.runs_query, messages=messages.messages_list, message=messages.messages_query)
CAUSE = OSError("reset")
BROKEN = Break("it was cut", "req_1", CAUSE)


def read(*chunks: bytes) -> RunSnapshot:
    """The run so far behind these events."""
    snapshot = RunSnapshot()
    reader = EventReader(streamed(), reply(), snapshot)
    for chunk in chunks:
        list(reader.feed(chunk))
    return snapshot


def stored(message_id: str, text: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": message_id,
        "object": "thread.message",
        "role": "assistant",
        "run_id": "run_1",
        "thread_id": "thread_1",
        "created_at": 1,
        "content": [{"type": "text", "text": {"value": text}}],
        **more,
    }


def page(*newest_first: dict[str, Any]) -> Reply:
    return reply(body={"object": "list", "data": list(newest_first), "has_more": False})


def run_as(state: Any) -> Reply:
    return reply(body={**RUN, "status": state, "final_answer": None, "started_at": 0})


def carry_out(flow: Flow[None], **answers: Outcome) -> list[str]:
    """Answer each operation so; gives the operations that were asked for, in order."""
    asked: list[str] = []
    outcome: Outcome = None
    while True:
        try:
            step = flow.send(outcome)
        except StopIteration:
            return asked
        outcome = None
        if isinstance(step, Send):
            asked.append(step.operation)
            outcome = answers[step.operation]
            assert step.read_seconds == RECONCILE_SECONDS


def reconciled(snapshot: RunSnapshot, **answers: Outcome) -> list[str]:
    flow = reconcile(streamed(), snapshot, BROKEN, ASK, retry=RetryPolicy(attempts=1))
    return carry_out(flow, **answers)  # type: ignore[arg-type]


def refused(snapshot: RunSnapshot, **answers: Outcome) -> StreamInterruptedError:
    """The error, when the run cannot be completed: then the run so far is as it was."""
    before = (snapshot.status, snapshot.run, snapshot.messages, snapshot.last_send_id)
    with pytest.raises(StreamInterruptedError, match="it was cut") as caught:
        reconciled(snapshot, **answers)
    assert caught.value.__cause__ is CAUSE
    assert caught.value.request_id == "req_1"
    assert caught.value.snapshot is snapshot
    assert before == (snapshot.status, snapshot.run, snapshot.messages, snapshot.last_send_id)
    assert (snapshot.finished, snapshot.reconciled) == (False, False)
    return caught.value


def test_a_run_that_completed() -> None:
    """The lost end of its text is fetched, and the snapshot is as at the end of a stream."""
    waiting = status(3, "tool_calls", "requires_action", tool_calls=CALLS)
    snapshot = read(BEGIN, waiting, piece(4, "我是"))

    asked = reconciled(
        snapshot, queryRun=run_as("completed"), listMessages=page(stored("chatmsg_1", "我是秦始皇"))
    )

    assert asked == ["queryRun", "listMessages"]
    assert snapshot.finished
    assert snapshot.reconciled
    assert snapshot.status == "completed"
    assert snapshot.run is not None
    assert snapshot.run.status == "completed"
    assert snapshot.messages == {"chatmsg_1": "我是秦始皇"}
    assert [snapshot.piece(index) for index in range(3)] == ["我是", "秦始皇", None]
    assert snapshot.tool_calls == []
    assert snapshot.last_send_id == 4


@pytest.mark.parametrize("state", ["failed", "cancelled", "expired"])
def test_a_run_that_ended_without_an_answer(state: str) -> None:
    """Nothing is fetched: what it had said stays."""
    snapshot = read(BEGIN, piece(2, "我是"))

    assert reconciled(snapshot, queryRun=run_as(state)) == ["queryRun"]
    assert snapshot.status == state
    assert snapshot.messages == {"chatmsg_1": "我是"}


def test_messages_that_no_event_had_named() -> None:
    """They follow those that are known, oldest first; those of others do not count."""
    snapshot = read(BEGIN, piece(2, "一"))
    stored_ones = page(
        stored("msg_9", "另一个问题", role="user", run_id=None),
        stored("chatmsg_3", "三"),
        stored("chatmsg_2", "二"),
        stored("chatmsg_1", "一"),
        stored("chatmsg_0", "零", run_id="run_0"),
    )

    reconciled(snapshot, queryRun=run_as("completed"), listMessages=stored_ones)

    assert list(snapshot.messages.items()) == [
        ("chatmsg_1", "一"),
        ("chatmsg_2", "二"),
        ("chatmsg_3", "三"),
    ]


@pytest.mark.parametrize("known_by", [CREATED, piece(2, "我")])
def test_a_message_that_is_not_in_the_list(known_by: bytes) -> None:
    """One that an event had named is asked for by its id."""
    snapshot = read(BEGIN, known_by)

    asked = reconciled(
        snapshot,
        queryRun=run_as("completed"),
        listMessages=page(),
        queryMessage=reply(body=stored("chatmsg_1", "我是", run_id="")),
    )

    assert asked == ["queryRun", "listMessages", "queryMessage"]
    assert snapshot.messages == {"chatmsg_1": "我是"}


@pytest.mark.parametrize("state", ["queued", "in_progress", "requires_action", "cancelling", "新"])
def test_a_run_that_continues(state: str) -> None:
    """It is no success, and the error says where it stands."""
    error = refused(read(BEGIN), queryRun=run_as(state))

    assert f"; the run is {state}: ask client.threads.runs.query(" in str(error)
    assert (error.run_id, error.thread_id) == ("run_1", "thread_1")


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        (reply(404, {"error": {"code": "run_not_found", "message": "没有"}}), "404 run_not_found"),
        (reply(503), "503"),
        (reply(200, b"<html>"), "expected JSON"),
        (reply(200, {"error": {"code": "QPS", "message": "没有"}}), "QPS"),
        (NoReply("no connection", reached_server=False), "no connection"),
        (NoReply("the deadline passed", True, timed_out=True, overdue=True), "the deadline passed"),
    ],
)
def test_a_look_up_that_fails(outcome: Outcome, why: str) -> None:
    """The outcome is in the message."""
    error = refused(read(BEGIN), queryRun=outcome)

    assert "; the run may be going on (looking it up failed: " in str(error)
    assert why in str(error)


@pytest.mark.parametrize("state", [None, 5, [], {}])
def test_a_status_that_is_none(state: Any) -> None:
    """An answer of another shape is no end of a run."""
    refused(read(BEGIN), queryRun=run_as(state))


@pytest.mark.parametrize(
    ("messages", "message", "why"),
    [
        (page(), None, "the thread has no message of it"),
        (page(stored("chatmsg_1", "别的")), None, "does not begin with what was received"),
        (page(stored("chatmsg_1", 5)), None, "expected str instance"),
        (reply(500), None, "500"),
        (reply(200, {"data": 5}), None, "does not match"),
        (page(), reply(404), "404"),
    ],
)
def test_a_text_that_cannot_be_had_whole(messages: Reply, message: Outcome, why: str) -> None:
    """A run that completed is no success when its text is not known to be whole."""
    snapshot = read(BEGIN) if why.startswith("the thread") else read(BEGIN, piece(2, "我是"))
    answers = {"queryRun": run_as("completed"), "listMessages": messages, "queryMessage": message}

    error = refused(snapshot, **answers)

    assert "the run is completed (looking its messages up failed: " in str(error)
    assert why in str(error)


def test_nothing_is_asked_of_a_run_that_is_not_known() -> None:
    """No event had its id."""
    error = refused(read(b""))

    assert error.run_id is None
    assert "runs.query" not in str(error)
