"""The API as raw HTTP, without any client of this project."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "查询一个城市的天气",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "enum": ["北京", "上海"]}},
            "required": ["city"],
        },
    },
}


@dataclass(frozen=True)
class Event:
    name: str
    data: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.data.get("event_type", self.name))

    @property
    def text(self) -> str:
        return "".join(part["text"]["value"] for part in self.data.get("content", []))


class Api:
    """One caller of one server."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        headers = {"Authorization": f"Bearer {token}"}
        self.http = httpx.Client(base_url=url, headers=headers, timeout=30)

    def __enter__(self) -> Api:
        return self

    def __exit__(self, *exc: object) -> None:
        self.http.close()

    def post(self, path: str, body: object = None, **options: Any) -> httpx.Response:
        if body is not None:
            options["json"] = body
        return self.http.post(f"/v2/{path}", **options)

    def ok(self, path: str, **body: Any) -> dict[str, Any]:
        """The answer to a call that must succeed."""
        response = self.post(path, body)

        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        assert "error" not in answer, answer
        return answer

    def error(self, path: str, status: int, **body: Any) -> dict[str, Any]:
        """The error of a call that must be refused with this status."""
        response = self.post(path, body)

        assert response.status_code == status, response.text
        error: dict[str, Any] = response.json()["error"]
        assert set(error) == {"code", "message", "type", "param"}
        return error

    def assistant(self, **body: Any) -> str:
        return str(self.ok("assistants", **{"name": "助手", **body})["id"])

    def thread(self, *texts: str) -> str:
        messages = [{"role": "user", "content": text} for text in texts]
        return str(self.ok("threads", messages=messages)["id"])

    def run(self, **body: Any) -> dict[str, Any]:
        """A blocking run; with a new assistant and thread where none is named."""
        return self.ok("threads/runs", **self._runnable(body))

    def waiting_run(self, **body: Any) -> tuple[dict[str, str], str]:
        """A run that waits for a tool: its `thread_id` and `run_id`, and the id of its call."""
        run = self.run(tools=[WEATHER], **body)

        assert run["status"] == "requires_action"
        [call] = run["required_action"]["submit_tool_outputs"]["tool_calls"]
        return {"thread_id": run["thread_id"], "run_id": run["id"]}, call["id"]

    @contextmanager
    def stream(self, **body: Any) -> Iterator[Iterator[Event]]:
        """A streamed run; the events come as they arrive."""
        body = {**self._runnable(body), "stream": True}
        with self.http.stream("POST", "/v2/threads/runs", json=body) as response:
            assert response.status_code == 200, response.read()
            assert response.headers["content-type"].startswith("text/event-stream")
            yield events(response)

    def streamed(self, **body: Any) -> list[Event]:
        with self.stream(**body) as received:
            return list(received)

    def _runnable(self, body: dict[str, Any]) -> dict[str, Any]:
        body = {"assistant_id": body.get("assistant_id") or self.assistant(), **body}
        if "thread_id" not in body and "thread" not in body:
            body["thread"] = {"messages": [{"role": "user", "content": "你好"}]}
        return body


def events(response: httpx.Response) -> Iterator[Event]:
    """Strict: exactly the lines this server writes."""
    rest = b""
    for chunk in response.iter_raw():
        *whole, rest = (rest + chunk).split(b"\n\n")
        for block in whole:
            name, data = block.decode("utf-8").split("\n")
            yield Event(name.removeprefix("event: "), json.loads(data.removeprefix("data: ")))

    assert rest == b""


def joined(received: list[Event]) -> str:
    """The answer in the events of a stream."""
    return "".join(event.text for event in received if event.name == "message")


def final_text(run: dict[str, Any]) -> str:
    [part] = run["final_answer"]["message"]["content"]
    return str(part["text"]["value"])


def order(received: list[Event]) -> list[str]:
    """The kinds of events, pings omitted and neighbours of one kind taken together."""
    kinds = [event.kind for event in received if event.name != "ping"]
    return [kind for index, kind in enumerate(kinds) if kinds[index - 1 : index] != [kind]]


def counted(received: list[Event]) -> list[int]:
    return [event.data["send_id"] for event in received if event.name != "ping"]
