"""What was said, in the forms of OpenTelemetry's GenAI conventions: JSON for attributes; no I/O."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

# How a run's status is called where a model's reason to stop is asked for.
FINISH_REASONS = {"completed": "stop", "requires_action": "tool_call", "failed": "error"}


def of_request(text: str) -> dict[str, str]:
    """The attributes for what a request to a model or an agent says."""
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(body, Mapping):
        return {}
    found: dict[str, Any] = {
        "gen_ai.system_instructions": list(_instructions(body)),
        "gen_ai.input.messages": list(_messages(body.get("thread"))),
        "gen_ai.tool.definitions": list(_tools(body.get("tools"))),
    }
    return {name: _written(value) for name, value in found.items() if value}


def of_output(text: str, status: str | None) -> dict[str, str]:
    """The attributes for an agent's answer."""
    message: dict[str, Any] = {"role": "assistant", "parts": [_part(text)]}
    if status is not None:
        message["finish_reason"] = FINISH_REASONS.get(status, status)
    return {"gen_ai.output.messages": _written([message])} if text else {}


def answer_of(run: Any) -> str:
    """The text that a run's object holds."""
    final = getattr(run, "final_answer", None)
    content = getattr(getattr(final, "message", None), "content", None)
    parts = content if isinstance(content, list) else [content]
    values = [getattr(getattr(part, "text", None), "value", None) for part in parts]
    return "".join(value for value in values if isinstance(value, str))


def _instructions(body: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for name in ("instructions", "thought_instructions", "chat_instructions"):
        if isinstance(body.get(name), str) and body[name]:
            yield _part(body[name])


def _messages(thread: Any) -> Iterator[dict[str, Any]]:
    messages = thread.get("messages") if isinstance(thread, Mapping) else None
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, Mapping):
            content = message.get("content")
            text = content if isinstance(content, str) else _written(content)
            yield {"role": message.get("role", "user"), "parts": [_part(text)]}


def _tools(tools: Any) -> Iterator[dict[str, Any]]:
    for tool in tools if isinstance(tools, list) else ():
        if isinstance(tool, Mapping) and isinstance(function := tool.get("function"), Mapping):
            yield {"type": "function", **function}


def _part(text: str) -> dict[str, str]:
    return {"type": "text", "content": text}


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
