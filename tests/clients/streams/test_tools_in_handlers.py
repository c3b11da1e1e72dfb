"""Handlers that submit the outputs of tools within their stream."""

from __future__ import annotations

import asyncio
from typing import Any

from appbuilder_assistants import (
    AppBuilder,
    AssistantEventHandler,
    AsyncAppBuilder,
    AsyncAssistantEventHandler,
)
from appbuilder_assistants.types import ToolOutputDict

from tests.clients.test_against_the_mock import WEATHER, asked


def test_tools_within_a_stream(mock: Any) -> None:
    """The official way: a hook submits the outputs, and the stream continues."""

    class Handler(AssistantEventHandler):
        answer = ""

        def messages(self, messages_event: Any) -> None:
            self.answer += messages_event.content[-1].text.value

        def tool_calls(self, status_event: Any) -> None:
            for call in self.stream_run_context.current_tool_calls or []:
                client.threads.runs.submit_tool_outputs(
                    run_id=self.stream_run_context.current_run_id or "",
                    thread_id=self.stream_run_context.current_thread_id or "",
                    tool_outputs=[{"tool_call_id": call.id, "output": "晴,25 度"}],
                )

    with AppBuilder(mock.token, mock.url) as client:
        assistant = client.assistants.create("a", tools=[WEATHER])
        with client.threads.runs.stream_run_with_handler(
            assistant_id=assistant.id, thread=asked("北京?"), event_handler=Handler()
        ) as stream:
            stream.until_done()

    assert isinstance(stream, Handler)
    assert "晴,25 度" in stream.answer


def test_async_tools_within_a_stream(mock: Any) -> None:
    """The same with hooks that are awaited, beside one that is plain."""

    class Handler(AsyncAssistantEventHandler):
        answer = ""

        def messages(self, messages_event: Any) -> None:
            self.answer += messages_event.content[-1].text.value

        async def tool_calls(self, status_event: Any) -> None:
            now = self.stream_run_context
            outputs: list[ToolOutputDict] = [
                {"tool_call_id": call.id, "output": "晴,25 度"}
                for call in now.current_tool_calls or []
            ]
            await client.threads.runs.submit_tool_outputs(
                now.current_run_id or "", now.current_thread_id or "", outputs
            )

    client = AsyncAppBuilder(mock.token, mock.url)

    async def main() -> Handler:
        handler = Handler()
        async with client:
            assistant = await client.assistants.create("a", tools=[WEATHER])
            runs = client.threads.runs
            await runs.stream_run_with_handler(
                assistant.id, thread=asked("北京?"), event_handler=handler
            ).until_done()
        return handler

    assert "晴,25 度" in asyncio.run(main()).answer
