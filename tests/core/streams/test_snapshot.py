"""The run so far."""

from __future__ import annotations

import pickle
import tracemalloc

from appbuilder_assistants import RunSnapshot, UnknownEvent
from appbuilder_assistants._core.streams.events import EventReader

from tests.core.calls import reply, streamed
from tests.core.streams.run_events import (
    BEGIN,
    CALLS,
    END,
    PLAIN,
    RUN,
    STEP,
    event,
    piece,
    read,
    reader,
    status,
)


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
