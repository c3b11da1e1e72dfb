"""Events, the run so far, and every way a stream can fail to reach its end."""

from __future__ import annotations

import json
import pickle
import tracemalloc
from typing import Any

import pytest
from appbuilder_assistants import (
    ApiStatusError,
    NotFoundError,
    RateLimitError,
    RunEvent,
    RunSnapshot,
    ServerError,
    StreamInterruptedError,
    UnknownEvent,
)
from appbuilder_assistants._core.calls import NoReply
from appbuilder_assistants._core.streams.events import Break, EventReader, interrupted
from appbuilder_assistants._core.streams.sse import SseDecoder
from appbuilder_assistants.types import StreamRunMessage, StreamRunStatus

from tests.core.calls import reply, streamed

RUN = {"id": "run_1", "object": "thread.run", "assistant_id": "asst_1", "thread_id": "thread_1"}
STEP = {"id": "step-1", "object": "thread.run.step", "thread_id": "thread_1", "run_id": "run_1"}
CALLS = [{"id": f"call-{n}", "function": {"name": "天气", "arguments": "{}"}} for n in (1, 2)]


def event(name: str, data: Any) -> bytes:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return f"event: {name}\ndata: {text}\n\n".encode()


def status(send_id: Any, event_type: Any, status: Any, **details: Any) -> bytes:
    for name in ("run_object", "run_step_object"):
        if name in details:
            details[name] = {**details[name], "status": status, "created_at": 1}
    body = {"status": status, "send_id": send_id, "event_type": event_type, "details": details}
    return event("status", body)


def piece(send_id: Any, text: str, message_id: Any = "chatmsg_1") -> bytes:
    content = [{"type": "text", "text": {"value": text}}]
    body = {"send_id": send_id, "message_id": message_id, "content": content}
    return event("message", body)


BEGIN = status(1, "run_begin", "queued", run_object=RUN)
END = status(9, "run_end", "completed", run_object=RUN)
PLAIN = [
    BEGIN,
    event("ping", ""),
    status(2, "tool_step_begin", "in_progress", run_step_object=STEP),
    piece(3, "我是"),
    piece(4, "秦始皇"),
    status(5, "tool_step_end", "completed", run_step_object=STEP),
    END,
]


def reader(**headers: str) -> EventReader:
    return EventReader(streamed(), reply(200, b"", **headers), RunSnapshot())


def drain(source: EventReader, events: list[RunEvent], *chunks: bytes) -> Break | None:
    """Read to the end of the bytes, keeping the events that come before an error."""
    for chunk in chunks:
        events.extend(source.feed(chunk))
    return None if source.snapshot.finished else source.end(None)


def read(*chunks: bytes) -> tuple[list[RunEvent], RunSnapshot]:
    """All events of a stream that reaches its final one behind these chunks."""
    source, events = reader(), list[RunEvent]()
    assert drain(source, events, *chunks) is None
    return events, source.snapshot


def broken(*chunks: bytes) -> tuple[list[RunEvent], RunSnapshot]:
    """All events of a stream that ends behind these chunks, before its final one."""
    source, events = reader(), list[RunEvent]()
    assert drain(source, events, *chunks) == Break("it ended without a final event")
    return events, source.snapshot


def malformed(*chunks: bytes) -> tuple[list[RunEvent], StreamInterruptedError]:
    """The events before the one that cannot be read, and the interruption."""
    source, events = reader(), list[RunEvent]()
    with pytest.raises(StreamInterruptedError, match="cannot be read") as caught:
        drain(source, events, *chunks)
    assert caught.value.snapshot is source.snapshot
    return events, caught.value


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


def test_nothing_is_known_at_first() -> None:
    """A snapshot of a stream without events says so."""
    snapshot = RunSnapshot()

    assert (snapshot.run_id, snapshot.thread_id, snapshot.status) == (None, None, None)
    assert (snapshot.run, snapshot.last_send_id, snapshot.finished) == (None, None, False)
    assert (snapshot.tool_calls, snapshot.messages) == ([], {})


def test_the_snapshot_is_ahead_of_the_event() -> None:
    """An event's content is in the snapshot when the event is returned."""
    source = reader()

    for event_ in source.feed(b"".join(PLAIN)):
        assert not isinstance(event_, UnknownEvent)
        assert source.snapshot.last_send_id == event_.send_id


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


def test_ids_that_the_call_knows() -> None:
    """A stream that continues a run knows it before the first event; a step adds nothing."""
    snapshot = RunSnapshot("run_0", "thread_0")
    source = EventReader(streamed(), reply(), snapshot)

    list(source.feed(status(1, "tool_step_begin", "in_progress", run_step_object=STEP)))
    before = (snapshot.run_id, snapshot.thread_id)
    list(source.feed(BEGIN))

    assert before == ("run_0", "thread_0")
    assert (snapshot.run_id, snapshot.thread_id) == ("run_1", "thread_1")


def test_the_answer() -> None:
    """It is the last message's text, and only a run that completed has one."""
    failed = status(9, "run_end", "failed", run_object=RUN)
    pieces = (
        piece(1, "先") + piece(2, "查", "chatmsg_2") + piece(3, "后") + piece(4, "完", "chatmsg_2")
    )
    _, good = read(BEGIN, pieces, END)
    _, bad = read(BEGIN, pieces, failed)
    _, silent = read(BEGIN, END)

    assert good.run
    assert bad.run
    assert silent.run
    assert good.answer(good.run) == "查完"
    assert bad.answer(bad.run) is None
    assert bad.messages == {"chatmsg_1": "先后", "chatmsg_2": "查完"}
    assert silent.answer(silent.run) is None
    assert [good.piece(index) for index in range(5)] == ["先", "查", "后", "完", None]


def test_an_event_that_is_too_large() -> None:
    """It is malformed: nothing more is read of it, and what came before is kept."""
    source, events = reader(), list[RunEvent]()
    source._decoder = SseDecoder(limit=600)

    with pytest.raises(StreamInterruptedError, match=r"cannot be read .*more than 600 bytes"):
        drain(source, events, BEGIN, b"data: " + b"x" * 600)
    assert len(events) == 1


def test_tool_calls_wait_until_they_are_answered() -> None:
    """The snapshot holds the calls that still need an output."""
    source = reader()
    waiting = []
    for chunk in (
        status(1, "tool_calls", "requires_action", tool_calls=CALLS),
        status(2, "new_kind", "requires_action"),
        status(3, "tool_submitted_output", "in_progress", tool_calls=CALLS[:1]),
        status(4, "tool_calls", "requires_action", tool_calls=CALLS),
        status(5, "tool_submitted_output", "in_progress"),
        status(6, "tool_calls", "requires_action", tool_calls=CALLS),
        status(7, "tool_step_end", "in_progress"),
    ):
        list(source.feed(chunk))
        waiting.append([call.id for call in source.snapshot.tool_calls])

    both = ["call-1", "call-2"]
    assert waiting == [both, both, ["call-2"], both, [], both, []]


def test_the_field_of_an_event_that_does_not_fit() -> None:
    """It is named, as in any other answer."""
    bad = event(
        "status", {"status": "x", "send_id": 1, "event_type": "x", "details": {"tool_calls": 5}}
    )

    with pytest.raises(
        StreamInterruptedError, match=r"details\.tool_calls: expected a list, got a n"
    ):
        read(BEGIN, bad)


def test_a_new_field_is_no_error() -> None:
    """An event that has an `error` beside all the rest is still that event."""
    body = {"status": "x", "send_id": 1, "event_type": "x", "error": {"code": 1}}
    events, _ = read(event("status", body), END)

    assert isinstance(events[0], StreamRunStatus)
    assert events[0].additional_properties == {"error": {"code": 1}}


def test_messages_are_kept_apart() -> None:
    """Each message has its own text; content that is no text adds none."""
    _, snapshot = read(
        piece(1, "一"),
        piece(2, "A", message_id="chatmsg_2"),
        piece(3, "二"),
        event("message", {"send_id": 4, "message_id": "chatmsg_1", "content": [{"type": "image"}]}),
        event("message", {"send_id": 5, "message_id": "chatmsg_3", "content": None}),
        END,
    )

    assert snapshot.messages == {"chatmsg_1": "一二", "chatmsg_2": "A", "chatmsg_3": ""}


def test_the_memory_of_a_long_stream() -> None:
    """Little more than the texts: ten bytes for each, and eight for the place where it ends.

    A text of its own for each would take 84 bytes, as the last 500 pieces do.
    """
    count = 10_000
    source = reader()
    source.feed(BEGIN)
    tracemalloc.start()
    try:
        for number in range(count):
            list(source.feed(piece(number, "今天北京晴")))
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert source.snapshot.messages == {"chatmsg_1": "今天北京晴" * count}
    assert taken < 40 * count


def test_many_pieces_of_several_messages() -> None:
    """Each piece and each message is whole, however many were joined in between; copies as well."""
    source, pieces = reader(), [f"第{number}段" for number in range(1800)]
    ids = [f"m{number // 700}" if number < 1500 else f"m{number % 3}" for number in range(1800)]

    for number, text in enumerate(pieces):
        list(source.feed(piece(number, text, ids[number])))
    snapshot = pickle.loads(pickle.dumps(source.snapshot))

    assert [snapshot.piece(number) for number in range(1801)] == [*pieces, None]
    for name in ("m0", "m1", "m2"):
        mine = [text for text, of in zip(pieces, ids, strict=True) if of == name]
        assert snapshot.messages[name] == "".join(mine)
    assert snapshot.messages == source.snapshot.messages
    assert "第" in repr(snapshot)


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


def test_types() -> None:
    """A status is a status and a message a message."""
    events, _ = read(*PLAIN)

    assert isinstance(events[0], StreamRunStatus)
    assert isinstance(events[2], StreamRunMessage)
