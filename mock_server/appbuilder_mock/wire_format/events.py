"""The events of a run, as they stand in a stream."""

from __future__ import annotations

import json
from dataclasses import dataclass

from appbuilder_mock.storage.store import Document
from appbuilder_mock.wire_format import serializers
from appbuilder_mock.wire_format.june_2024 import Wire, event_as_in_june_2024

encode_json = json.JSONEncoder(ensure_ascii=False).encode
PING = b"event: ping\ndata: {}\n\n"


@dataclass(frozen=True)
class Event:
    """One event; each stream puts its own count in `send_id`."""

    name: str
    data: Document
    last: bool = False

    def encode(self, send_id: int, wire: Wire) -> bytes:
        data = {**self.data, "send_id": send_id}
        if wire == "2024-06":
            data = event_as_in_june_2024(data)
        return f"event: {self.name}\ndata: {encode_json(data)}\n\n".encode()


def status_event(
    kind: str, status: str, details: Document, *, message: str = "", last: bool = False
) -> Event:
    data = {
        "status": status,
        "send_id": 0,
        "message": message,
        "event_type": kind,
        "details": details,
    }
    return Event("status", data, last)


def run_event(kind: str, run: Document, *, message: str = "", last: bool = False) -> Event:
    details = {"type": "run_object", "run_object": serializers.run_object(run)}
    return status_event(kind, run["status"], details, message=message, last=last)


def run_end(run: Document, ended_at: int) -> Event:
    seconds = max(0, ended_at - run["created_at"]) // 1000
    message = f"run end. duration:{seconds}s logId:{serializers.log_id(run)}"
    return run_event("run_end", run, message=message, last=True)


def step_event(kind: str, step: Document) -> Event:
    details = {"type": "run_step_object", "run_step_object": serializers.step(step)}
    return status_event(kind, step["status"], details)


def calls_event(kind: str, status: str, calls: list[Document]) -> Event:
    return status_event(
        kind, status, {"type": "tool_calls", "tool_calls": serializers.tool_calls(calls)}
    )


def message_created(message_id: str) -> Event:
    details = {"type": "message_creation", "message_creation": {"message_id": message_id}}
    return status_event("message_creation", "in_progress", details)


def message_piece(message_id: str, index: int, text: str, *, is_end: bool) -> Event:
    """A delta of the answer: the texts of all pieces, joined, are the message."""
    data: Document = {
        "status": "in_progress",
        "send_id": 0,
        "is_end": int(is_end),
        "message_id": message_id,
        "message_index": str(index),  # the official client reads a text here
        "content": [{"type": "text", "text": {"value": text}}],
    }
    if is_end:
        data["metadata"] = {"finish_reason": "stop"}
    return Event("message", data)
