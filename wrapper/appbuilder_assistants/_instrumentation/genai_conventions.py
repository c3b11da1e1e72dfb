"""Calls and messages as OpenTelemetry's GenAI conventions describe them: attributes; no I/O."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from appbuilder_assistants.hooks import CallStarted

PROVIDER = "baidu.appbuilder"
ATTRIBUTES = {
    "assistant_id": "gen_ai.agent.id",
    "model": "gen_ai.request.model",
    "name": "gen_ai.agent.name",
    "run_id": "appbuilder.run_id",
    "thread_id": "gen_ai.conversation.id",
}
# A run's status as a model's reason to stop.
FINISH_REASONS = {"completed": "stop", "requires_action": "tool_call", "failed": "error"}


def call_attributes(event: CallStarted, agent: str) -> tuple[str, dict[str, Any]]:
    """The name of a call's span, and its attributes; `agent` is the assistant's name, if known."""
    gateway = urlsplit(event.gateway_url)
    attributes: dict[str, Any] = {
        "appbuilder.operation": event.operation,
        "gen_ai.provider.name": PROVIDER,
        "server.address": gateway.hostname or "",
        "server.port": gateway.port or (443 if gateway.scheme == "https" else 80),
    }
    attributes |= {ATTRIBUTES[name]: id_ for name, id_ in event.ids.items() if name in ATTRIBUTES}
    if event.method:
        attributes |= {"http.request.method": event.method, "url.path": event.path}
    kind = _kind(event)
    if not kind:
        return event.operation, attributes
    attributes["gen_ai.operation.name"] = kind
    if agent:
        attributes["gen_ai.agent.name"] = agent
    return f"{kind} {agent}" if agent else kind, attributes


def request_attributes(text: str) -> dict[str, str]:
    """The attributes for the content of a request to a model or an agent."""
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
    return {name: _json(value) for name, value in found.items() if value}


def output_attributes(text: str, status: str | None) -> dict[str, str]:
    """The attributes for an agent's output."""
    message: dict[str, Any] = {"role": "assistant", "parts": [_part(text)]}
    if status is not None:
        message["finish_reason"] = FINISH_REASONS.get(status, status)
    return {"gen_ai.output.messages": _json([message])} if text else {}


def text_of(run: Any) -> str:
    """The text that a run's object holds."""
    final = getattr(run, "final_answer", None)
    content = getattr(getattr(final, "message", None), "content", None)
    parts = content if isinstance(content, list) else [content]
    values = [getattr(getattr(part, "text", None), "value", None) for part in parts]
    return "".join(value for value in values if isinstance(value, str))


def _kind(event: CallStarted) -> str:
    """The operation in the conventions' terms: a run is one, however many calls it consists of."""
    if event.operation == "createAssistant":
        return "create_agent"
    if event.operation == "run_with_tools":
        return "invoke_agent"
    begins = event.operation == "createRun" and "run_id" not in event.ids
    return "invoke_agent" if begins and event.parent_id is None else ""


def _instructions(body: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for name in ("instructions", "thought_instructions", "chat_instructions"):
        if isinstance(body.get(name), str) and body[name]:
            yield _part(body[name])


def _messages(thread: Any) -> Iterator[dict[str, Any]]:
    messages = thread.get("messages") if isinstance(thread, Mapping) else None
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, Mapping):
            content = message.get("content")
            text = content if isinstance(content, str) else _json(content)
            yield {"role": message.get("role", "user"), "parts": [_part(text)]}


def _tools(tools: Any) -> Iterator[dict[str, Any]]:
    for tool in tools if isinstance(tools, list) else ():
        if isinstance(tool, Mapping) and isinstance(function := tool.get("function"), Mapping):
            yield {"type": "function", **function}


def _part(text: str) -> dict[str, str]:
    return {"type": "text", "content": text}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
