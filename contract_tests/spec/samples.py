"""Requests that several tests send, and the values they read out of the answers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

QUESTION = {"messages": [{"role": "user", "content": "北京天气如何？"}]}
# Operations with an example that needs a waiting run; the others name a completed one.
ON_WAITING_RUNS = ("submitToolOutputs", "cancelRun")

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "查询一个城市的天气",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}


def comparable(run: dict[str, Any]) -> dict[str, Any]:
    """A run without what the service was seen to give otherwise in events, queries and lists.

    Queries and lists lose `started_at`; without tools a query has an empty list, a list null.
    """
    return {**run, "started_at": 0, "tools": run.get("tools") or None}


def only(items: Collection[Any]) -> Any:
    """The only item of a list that must have exactly one."""
    assert len(items) == 1, f"expected one, got {len(items)}: {items}"
    return next(iter(items))


def only_call(run: dict[str, Any]) -> dict[str, Any]:
    """The one call that a run waits for."""
    call: dict[str, Any] = only(run["required_action"]["submit_tool_outputs"]["tool_calls"])
    return call


def answer_text(run: dict[str, Any]) -> str:
    """The text of the final answer, in either of the two forms it is known in."""
    content = run["final_answer"]["message"]["content"]
    parts = content if isinstance(content, list) else [content]
    return "".join(part["text"]["value"] for part in parts)


def text_of(message: dict[str, Any]) -> str:
    """The text of a message, its parts joined."""
    return "".join(part["text"]["value"] for part in message["content"])
