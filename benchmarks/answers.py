"""The answers that are measured: of a common length, and with Chinese text."""

from __future__ import annotations

import json
from typing import Any

EVENTS = 20_000
MEGABYTES = 100
CHUNK = bytes(range(256)) * 4096  # a megabyte


def run(number: int) -> dict[str, Any]:
    """One run, as queryRun and listRuns give it; the other libraries' fields are there as well."""
    return {
        "id": f"run_{number:032x}",
        "object": "thread.run",
        "assistant_id": f"asst_{7:032x}",
        "thread_id": f"thread_{9:032x}",
        "model": "DeepSeek-V3.1",
        "instructions": "你是一个乐于助人的助手，请用简短的中文回答用户的问题。",
        "thought_instructions": "",
        "chat_instructions": "",
        "tools": [],
        "file_ids": [],
        "status": "completed",
        "created_at": 1717645517,
        "started_at": 1717645518,
        "expired_at": 0,
        "cancelled_at": 0,
        "failed_at": 0,
        "completed_at": 1717645520,
        "metadata": {"用户": "张三"},
        "response_format": "text",
        "last_error": None,
        "required_action": None,
    }


def ok(body: object) -> bytes:
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return (
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-appbuilder-request-id: 1\r\n"
        b"content-length: " + str(len(data)).encode() + b"\r\n\r\n" + data
    )


def stream_head() -> bytes:
    return (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    )


def event(number: int, status: str = "", detail: str = "") -> bytes:
    """One event in a chunk of its own: a piece of text, or the run's end if a status is given."""
    if status:
        kind, data = (
            "status",
            {
                "status": status,
                "send_id": number + 1,
                "message": "run end. duration:2s",
                "event_type": "run_end",
                "details": {"type": "run_object", "run_object": run(0) | {"status": status}},
            },
        )
    else:
        text = {"value": detail or "今天北京晴", "annotations": []}
        kind, data = (
            "message",
            {
                "status": "in_progress",
                "send_id": number + 1,
                "is_end": False,
                "message_id": f"chatmsg_{1:032x}",
                "message_index": "0",
                "content": [{"type": "text", "text": text}],
            },
        )
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    block = f"event: {kind}\ndata: {body}\n\n".encode()
    return f"{len(block):x}\r\n".encode() + block + b"\r\n"
