"""Every way a stream can fail to reach its end."""

from __future__ import annotations

import json

import pytest
from appbuilder_assistants import (
    ApiStatusError,
    NotFoundError,
    RateLimitError,
    RunEvent,
    ServerError,
    StreamInterruptedError,
)
from appbuilder_assistants._core.calls import NoReply
from appbuilder_assistants._core.streams.events import Break, interrupted
from appbuilder_assistants._core.streams.sse import SseDecoder

from tests.core.calls import streamed
from tests.core.streams.run_events import (
    BEGIN,
    END,
    PLAIN,
    RUN,
    broken,
    drain,
    event,
    malformed,
    piece,
    read,
    reader,
    status,
)


def test_an_event_that_is_too_large() -> None:
    """It is malformed: nothing more is read of it, and what came before is kept."""
    source, events = reader(), list[RunEvent]()
    source._decoder = SseDecoder(limit=600)

    with pytest.raises(StreamInterruptedError, match=r"cannot be read .*more than 600 bytes"):
        drain(source, events, BEGIN, b"data: " + b"x" * 600)
    assert len(events) == 1


def test_the_field_of_an_event_that_does_not_fit() -> None:
    """It is named, as in any other answer."""
    bad = event(
        "status", {"status": "x", "send_id": 1, "event_type": "x", "details": {"tool_calls": 5}}
    )

    with pytest.raises(
        StreamInterruptedError, match=r"details\.tool_calls: expected a list, got a n"
    ):
        read(BEGIN, bad)


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(event("status", "{"), id="no JSON"),
        pytest.param(event("status", ""), id="empty"),
        pytest.param(event("message", "[1]"), id="a list"),
        pytest.param(event("status", "null"), id="null"),
        pytest.param(event("status", {"status": "queued"}), id="fields missing"),
        pytest.param(event("message", {"send_id": 1, "content": []}), id="no message id"),
        pytest.param(
            event("status", {**json.loads(END.split(b"data: ")[1]), "details": 5}),
            id="a number for an object",
        ),
        pytest.param(piece(2, "x").replace(b'"x"', b"5"), id="a number for a text"),
        pytest.param(
            event("message", {"send_id": 1, "message_id": [], "content": []}), id="a list for an id"
        ),
        pytest.param(event("status", "[" * 100_000), id="deep"),
        pytest.param(status(2, [], "queued"), id="a list for an event type"),
        pytest.param(status(2, "x", 5), id="a number for a status"),
        pytest.param(status("2", "x", "queued"), id="a text for a number"),
        pytest.param(piece("2", "x"), id="a text for a number of a message"),
        pytest.param(piece(2, "x", 5), id="a number for an id"),
        pytest.param(
            status(2, "x", "queued", run_object={**RUN, "id": None}), id="a run without an id"
        ),
        pytest.param(b"event: status\ndata: \xff\n\n", id="no UTF-8"),
    ],
)
def test_a_malformed_event_interrupts(bad: bytes) -> None:
    """It is neither skipped nor replaced: the stream raises with the run so far."""
    events, error = malformed(BEGIN + piece(2, "你") + bad + END)

    assert len(events) == 2
    assert error.snapshot.last_send_id == 2
    assert not error.snapshot.finished


def test_a_polite_early_end() -> None:
    """A stream that simply ends is broken, and the error says what to do."""
    events, snapshot = broken(BEGIN, piece(2, "你"))
    error = interrupted(streamed(), snapshot, "it ended without a final event", "req_1")

    assert len(events) == 2
    assert snapshot.messages == {"chatmsg_1": "你"}
    assert (error.run_id, error.thread_id) == ("run_1", "thread_1")
    assert str(error) == (
        "createRun: the stream was interrupted after event 2 (status queued): it ended without a "
        "final event; the run may be going on: ask client.threads.runs.query("
        "thread_id='thread_1', run_id='run_1') (request id req_1)"
    )


def test_a_lost_connection() -> None:
    """A break is raised with its cause."""
    cause = OSError("reset")
    source = reader(x_appbuilder_request_id="req_1")
    list(source.feed(BEGIN))

    broken = source.end(NoReply("connection reset", reached_server=True, cause=cause))

    assert broken == Break("connection reset", "req_1", cause)


def test_nothing_at_all() -> None:
    """An empty stream is broken, too."""
    _, snapshot = broken(b"")

    assert "after no event: why" in str(interrupted(streamed(), snapshot, "why"))
    assert "runs.query" not in str(interrupted(streamed(), snapshot, "why"))


@pytest.mark.parametrize(
    ("body", "cls"),
    [
        (event("status", {"error": {"code": 404, "message": "没有"}}), NotFoundError),
        (event("message", {"error": {"code": "QPS", "message": "没有"}}), RateLimitError),
        (event("error", {"error": {"code": 500, "message": "没有"}}), ServerError),
        (event("error", {"code": 500, "message": "没有"}), ServerError),
        (event("error", "没有"), ApiStatusError),
        (event("oops", {"error": {"code": 404, "message": "没有"}}), NotFoundError),
        ('data: {"error": {"code": 404, "message": "没有"}}\n\n'.encode(), NotFoundError),
        ('{"error": {"code": 404, "message": "没有"}}\n\n'.encode(), NotFoundError),
        ('{"error": {"code": 404, "message": "没有"}}\n'.encode(), NotFoundError),
        ('{"error": {"code": 404, "message": "没有"}}'.encode(), NotFoundError),
        ('{\n  "error": {\n "code": 404, "message":\n "没有"}}'.encode(), NotFoundError),
    ],
)
@pytest.mark.parametrize("before", [b"", BEGIN])
def test_an_error_in_place_of_an_event(
    body: bytes, cls: type[ApiStatusError], before: bytes
) -> None:
    """The service's error is raised, in whichever form it comes, after the events before it."""
    source, events = reader(x_appbuilder_request_id="req_1"), list[RunEvent]()
    with pytest.raises(ApiStatusError, match="没有") as caught:
        drain(source, events, before, body)

    assert type(caught.value) is cls
    assert caught.value.request_id == "req_1"
    assert len(events) == bool(before)


def test_every_cut_and_every_split() -> None:
    """Cut anywhere, a stream gives a true beginning of its events and then raises."""
    body = b"".join(PLAIN)
    whole, _ = read(body)

    for cut in range(len(body)):
        events, _ = broken(body[: cut // 2], body[cut // 2 : cut])
        assert events == whole[: len(events)]
        assert len(events) < len(whole)
        assert read(body[:cut], body[cut:])[0] == whole
