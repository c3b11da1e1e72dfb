"""Calls that match the rules of a scenario, and their results."""

from __future__ import annotations

from typing import Any

import appbuilder_mock
import httpx
from appbuilder_mock.scenarios import Fault, Match, Rule, ToolCall

from tests.mock.wire import Api

TWO_CITIES = [ToolCall("get_weather", {"city": "北京"}), ToolCall("get_weather", {"city": "上海"})]
ROUNDS = Rule(
    tool_rounds=[TWO_CITIES, [ToolCall("send_mail", '{"to": "broken')]],
    reply="关于「{text}」：{outputs}",
)
LONG = 3600  # seconds: a test that waited for it would not end


def inject(mock: appbuilder_mock.Running, fault: Fault, operation: str = "createThread") -> None:
    """From now on, calls of the operation get this fault."""
    mock.script(Rule(match=Match(operation=operation), fault=fault))


def threads(mock: appbuilder_mock.Running) -> int:
    return len(mock.state()["threads"])


def streamed(api: Api, timeout: float = 30) -> tuple[bytes, Exception | None]:
    """All bytes of a streamed run's answer, and how it broke off."""
    question = {"messages": [{"role": "user", "content": "你好"}]}
    body = {"assistant_id": api.assistant(), "thread": question, "stream": True}
    got = b""
    try:
        with api.http.stream("POST", "/v2/threads/runs", json=body, timeout=timeout) as response:
            for chunk in response.iter_raw():
                got += chunk
    except httpx.TransportError as error:
        return got, error
    return got, None


def events_in(received: bytes) -> list[bytes]:
    """The events that are there from their beginning to their end, without pings."""
    *whole, _ = received.split(b"\n\n")
    return [event for event in whole if not event.startswith(b"event: ping")]


def asked_for(run: dict[str, Any]) -> list[dict[str, Any]]:
    """The calls that a run waits for."""
    assert run["status"] == "requires_action", run
    calls: list[dict[str, Any]] = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    return calls


def place(run: dict[str, Any]) -> dict[str, str]:
    return {"thread_id": run["thread_id"], "run_id": run["id"]}


def submit(api: Api, run: dict[str, Any], *outputs: str) -> dict[str, Any]:
    """Answer all calls the run waits for, in their order."""
    pairs = zip(asked_for(run), outputs, strict=True)
    answers = [{"tool_call_id": call["id"], "output": output} for call, output in pairs]
    return api.ok("threads/runs/submit_tool_outputs", **place(run), tool_outputs=answers)
