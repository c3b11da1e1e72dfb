"""A small chat: it answers as the words come, and can look up the weather."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from appbuilder_assistants import (
    AppBuilder,
    AssistantsError,
    RateLimitError,
    StreamInterruptedError,
    tool,
)


class Chat:
    """One conversation. `weather` gives the weather of a city."""

    def __init__(self, client: AppBuilder, weather: Callable[[str], str]) -> None:
        @tool
        def get_weather(city: str) -> str:
            """查询一个城市的天气"""
            return weather(city)

        self._client, self._tools = client, [get_weather]
        self._assistant = client.assistants.create("天气助手").id
        self._thread = client.threads.create().id

    def ask(self, question: str) -> Iterator[str]:
        """The answer in pieces. A failure becomes words, and the next question may be asked."""
        try:
            yield from self._answer(question)
        except RateLimitError as busy:
            yield f"［请 {busy.retry_after or 1:.0f} 秒后再试］"
        except StreamInterruptedError:
            yield "［回答中断了］"
        except AssistantsError:
            yield "［服务暂时不可用］"

    def _answer(self, question: str) -> Iterator[str]:
        """Functions are called on the way; a run that does not reach its end is cancelled."""
        self._client.threads.messages.create(self._thread, question)
        with self._client.threads.runs.stream_run_with_tools(
            self._assistant, self._thread, tools=self._tools
        ) as stream:
            yield from stream.text
        if stream.snapshot.status != "completed":
            yield f"［没有答案：{stream.snapshot.status}］"
