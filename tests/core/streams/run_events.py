"""A plain run as events, and what a reader makes of bytes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from appbuilder_assistants import RunEvent, RunSnapshot, StreamInterruptedError
from appbuilder_assistants._core.streams.events import Break, EventReader

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
