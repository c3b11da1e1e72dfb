"""The official client, and the objects that its tests make."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import appbuilder

api = appbuilder.assistant  # a client is made, from the environment, by each use of a part of it
types = api.thread_type

WEATHER: dict[str, Any] = {
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
ANSWERED = "工具 get_weather 的结果 Tool result: 晴，25 度"


def new_assistant(**more: Any) -> str:
    made = api.assistants.create(name="助手", description="测试", **more)
    return str(made.id)


def new_thread(text: str) -> str:
    message = types.AssistantMessage(content=text)
    return str(api.threads.create(messages=[message]).id)


def text_of(events: Iterable[Any]) -> str:
    return "".join(
        part.text.value for event in events if hasattr(event, "content") for part in event.content
    )


def kinds(events: Iterable[Any]) -> list[str]:
    return [event.event_type for event in events if hasattr(event, "event_type")]


def output_for(call: Any, **more: str) -> Any:
    return types.ToolOutput(tool_call_id=call.id, output="晴，25 度", **more)
