"""A small chat: it answers as the words come, and can look up the weather."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator

from appbuilder_assistants import (
    AppBuilder,
    AssistantsError,
    ConflictError,
    RateLimitError,
    StreamInterruptedError,
)
from appbuilder_assistants.types import StreamRunMessage, StreamRunStatus, ToolCall, ToolOutputDict

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
GET_WEATHER = {"name": "get_weather", "description": "查询一个城市的天气", "parameters": CITY}


class Chat:
    """One conversation. `weather` gives the weather of a city."""

    def __init__(self, client: AppBuilder, weather: Callable[[str], str]) -> None:
        self._client, self._weather = client, weather
        tools = [{"type": "function", "function": GET_WEATHER}]
        self._assistant = client.assistants.create("天气助手", tools=tools).id
        self._thread = client.threads.create().id

    def ask(self, question: str) -> Iterator[str]:
        """The answer in pieces. A failure is told in words, and the next question may be asked."""
        try:
            yield from self._answer(question)
        except RateLimitError as busy:
            yield f"［请 {busy.retry_after or 1:.0f} 秒后再试］"
        except StreamInterruptedError as broken:
            self._give_up(broken.snapshot.run_id)
            yield "［回答中断了］"
        except AssistantsError:
            yield "［服务暂时不可用］"

    def _answer(self, question: str) -> Iterator[str]:
        self._client.threads.messages.create(self._thread, question)
        with self._client.threads.runs.stream_run(self._assistant, self._thread) as stream:
            for event in stream:
                if isinstance(event, StreamRunMessage):
                    yield "".join(part.text.value for part in event.content or [] if part.text)
                elif isinstance(event, StreamRunStatus) and event.event_type == "tool_calls":
                    self._use_tools(stream.snapshot.run_id or "", stream.snapshot.tool_calls)
        if stream.snapshot.status != "completed":
            yield f"［没有答案：{stream.snapshot.status}］"

    def _use_tools(self, run: str, calls: list[ToolCall]) -> None:
        outputs: list[ToolOutputDict] = [
            {"tool_call_id": call.id, "output": self._output(call)} for call in calls
        ]
        self._client.threads.runs.submit_tool_outputs(run, self._thread, outputs)

    def _output(self, call: ToolCall) -> str:
        try:
            return self._weather(
                json.loads(call.function.arguments if call.function else "")["city"]
            )
        except (ValueError, KeyError, TypeError) as error:
            return f"参数错误：{error}"

    def _give_up(self, run: str | None) -> None:
        """Cancel what nobody listens to any longer: a thread has one run at a time."""
        if run:
            with contextlib.suppress(ConflictError):  # it has ended meanwhile
                self._client.threads.runs.cancel(run, self._thread, sync=True)
