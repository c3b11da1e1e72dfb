"""Events and the end of a stream."""

from __future__ import annotations

import pytest
from appbuilder_assistants import UnknownEvent
from appbuilder_assistants.types import StreamRunStatus

from tests.core.streams.run_events import (
    BEGIN,
    END,
    PLAIN,
    RUN,
    STEP,
    broken,
    event,
    piece,
    read,
    status,
)


def test_a_plain_run() -> None:
    """Events are the wire's own models; the ping is none; the snapshot adds them up."""
    events, snapshot = read(*PLAIN)

    assert [type(e).__name__ for e in events] == ["StreamRunStatus"] * 2 + [
        "StreamRunMessage"
    ] * 2 + ["StreamRunStatus"] * 2
    assert snapshot.finished
    assert (snapshot.run_id, snapshot.thread_id) == ("run_1", "thread_1")
    assert (snapshot.status, snapshot.last_send_id) == ("completed", 9)
    assert snapshot.messages == {"chatmsg_1": "我是秦始皇"}
    assert snapshot.run is not None
    assert snapshot.run.status == "completed"


def test_bytes_behind_the_final_event_are_not_read() -> None:
    """The final event ends the stream, whatever the server sends after it."""
    events, snapshot = read(END + event("status", "no JSON"), b"\xff\n\n", piece(10, "x"))

    assert len(events) == 1
    assert snapshot.messages == {}


def test_a_step_that_completed_is_not_a_run_that_completed() -> None:
    """A stream cut behind a step's end leaves the run where it was."""
    _, snapshot = broken(*PLAIN[:-1])

    assert snapshot.status == "in_progress"
    assert snapshot.last_send_id == 5


def test_a_step_that_ends_does_not_end_the_stream() -> None:
    """Only the run's own status counts, not that of its steps."""
    events, snapshot = broken(status(5, "tool_step_end", "completed", run_step_object=STEP))

    assert len(events) == 1
    assert snapshot.run_id == "run_1"


@pytest.mark.parametrize("final", ["completed", "failed", "cancelled", "expired"])
def test_a_final_run_ends_the_stream(final: str) -> None:
    """A run object that is final ends it, under whatever event type."""
    _, snapshot = read(status(2, "run_x", final, run_object=RUN))

    assert snapshot.finished


@pytest.mark.parametrize("going_on", ["queued", "requires_action", "cancelling", "新"])
def test_another_status_does_not(going_on: str) -> None:
    """A status that is not known to be final is not."""
    broken(status(2, "run_x", going_on, run_object=RUN))


def test_run_end_without_a_run() -> None:
    """`run_end` is final by itself."""
    _, snapshot = read(event("status", {"status": "", "send_id": 1, "event_type": "run_end"}))

    assert snapshot.finished
    assert snapshot.run is None


def test_run_end_without_a_run_after_one() -> None:
    """The run object of an earlier event is not taken for the final one."""
    end = event("status", {"status": "completed", "send_id": 2, "event_type": "run_end"})
    _, snapshot = read(BEGIN, end)

    assert snapshot.run is None
    assert snapshot.run_id == "run_1"


def test_a_new_field_is_no_error() -> None:
    """An event that has an `error` beside all the rest is still that event."""
    body = {"status": "x", "send_id": 1, "event_type": "x", "error": {"code": 1}}
    events, _ = read(event("status", body), END)

    assert isinstance(events[0], StreamRunStatus)
    assert events[0].additional_properties == {"error": {"code": 1}}


@pytest.mark.parametrize(
    ("chunk", "unknown"),
    [
        (event("audio", {"你": 1}), UnknownEvent("audio", '{"你": 1}')),
        (event("audio", "no JSON"), UnknownEvent("audio", "no JSON")),
        (b"data: {}\n\n", UnknownEvent("", "{}")),
        (b"<p>\n\n", UnknownEvent("", "<p>")),
    ],
)
def test_unknown_events_are_delivered(chunk: bytes, unknown: UnknownEvent) -> None:
    """An event of another kind comes as it is and changes nothing."""
    events, snapshot = read(BEGIN, chunk, END)

    assert events[1] == unknown
    assert len(events) == 3
    assert snapshot.last_send_id == 9
