"""Answers and streams that the raw servers give."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.clients.raw_server import Exchange, answer

RUN: dict[str, Any] = {
    "id": "run_1",
    "object": "thread.run",
    "assistant_id": "a",
    "thread_id": "t",
    "status": "completed",
    "created_at": 1,
}
STORED_FILE = {
    "id": "f",
    "object": "file",
    "bytes": 1,
    "purpose": "assistant",
    "filename": "文件",
    "create_at": 1,
    "classification_id": "c",
    "file_type": "document",
}
BUSY = answer({}, "503 Service Unavailable")
OUTPUTS = [{"tool_call_id": "call-1", "output": "晴"}]
EMPTY_LIST = {"object": "list", "data": [], "has_more": False}


def event(name: str, data: object) -> bytes:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return f"event: {name}\ndata: {text}\n\n".encode()


def status(send_id: int, event_type: str, state: str, **details: Any) -> bytes:
    body: dict[str, Any] = {"status": state, "send_id": send_id, "event_type": event_type}
    if details:
        body["details"] = details
    return event("status", body)


def text_part(text: str) -> dict[str, Any]:
    return {"type": "text", "text": {"value": text}}


def piece(send_id: int, text: str, message_id: str = "m") -> bytes:
    content = [text_part(text)]
    return event("message", {"send_id": send_id, "message_id": message_id, "content": content})


BEGIN = status(1, "run_begin", "queued", run_object={**RUN, "status": "queued"})
END = status(4, "run_end", "completed", run_object=RUN)
STREAM = BEGIN + event("ping", "") + piece(2, "我是") + piece(3, "秦始皇") + END

STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
"""Until the header that says how the body ends."""

LENGTH = STREAM_HEAD + b"Content-Length: %d\r\n\r\n"
CLOSED = STREAM_HEAD + b"Connection: close\r\n\r\n"
CHUNKED = STREAM_HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def framed(body: bytes) -> dict[str, bytes]:
    """The same stream with each of the three ways to mark its end."""
    middle = len(body) // 2
    return {
        "chunked": CHUNKED + chunk(body[:middle]) + chunk(body[middle:]) + chunk(b""),
        "length": LENGTH % len(body) + body,
        "close": CLOSED + body,
    }


BEGINNING = BEGIN + piece(2, "我是")
POLITE = framed(BEGINNING)["chunked"]
"""A stream that ends before its final event, as if it were whole."""
ABRUPT = CHUNKED + chunk(BEGINNING)
"""A stream that breaks off."""


def whole(body: bytes = STREAM) -> Callable[[Exchange], object]:
    """A server that sends this stream."""
    return lambda exchange: exchange.send(framed(body)["chunked"])


def run_as(state: str) -> bytes:
    """The response of `runs.query` for the run."""
    return answer({**RUN, "status": state, "final_answer": None})


def stored(**texts: str) -> bytes:
    """The `messages.list` of the run's thread, newest first: these answers and a question."""
    question = {"id": "msg_q", "role": "user", "run_id": "", "content": [text_part("你是谁?")]}
    answers = [
        {"id": name, "role": "assistant", "run_id": RUN["id"], "content": [text_part(text)]}
        for name, text in texts.items()
    ]
    common = {"object": "thread.message", "created_at": 1, "thread_id": "t"}
    return answer(
        {
            "object": "list",
            "data": [{**common, **message} for message in [*reversed(answers), question]],
            "has_more": False,
        }
    )


WHOLE = stored(m="我是秦始皇")


@dataclass
class BrokenStream:
    """A server that sends these bytes as streams, and answers later look-ups of the run."""

    sent: bytes
    run: bytes
    messages: bytes = b""
    message: bytes = b""

    def __call__(self, exchange: Exchange) -> bool:
        others = {
            "/v2/threads/runs/query": self.run,
            "/v2/threads/messages/list": self.messages,
            "/v2/threads/messages/query": self.message,
        }
        exchange.send(others.get(exchange.path, self.sent))
        return exchange.path in others


def stream_of(client: Any) -> Any:
    return client.threads.runs.stream_run("a", "t")


def manager_of(client: Any) -> Any:
    return client.threads.runs.stream_run_with_handler("a", "t")


def seen(events: list[Any]) -> list[Any]:
    return [getattr(e, "send_id", e) for e in events]


def echo(exchange: Exchange) -> None:
    """Answer with a run that is of the thread that was asked for."""
    exchange.send(answer({**RUN, "thread_id": exchange.json["thread_id"]}))
