from __future__ import annotations

from typing import TYPE_CHECKING

from appbuilder_assistants._core.events import EventReader, RunEvent
from appbuilder_assistants._core.tool_loop import ToolLoop

from ._caller import AsyncCaller
from .streams import AsyncRunStream

if TYPE_CHECKING:
    from types import TracebackType

    from appbuilder_assistants._core.calls import StreamCall


class AsyncToolRunStream(AsyncRunStream):
    """The events of one run, whose tool calls are answered on the way.

    As an `AsyncRunStream`, with the same events and lenses. The tools are called when the event
    behind `tool_calls` is asked for. Leaving it before the run's end, by an error or not, cancels
    the run: nobody would call the tools it asks for.
    """

    def __init__(self, caller: AsyncCaller, call: StreamCall, loop: ToolLoop) -> None:
        super().__init__(caller, call)
        self._loop = loop
        self._waits = False
        self._sent = False

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._leave(error)

    async def close(self) -> None:
        """Close the connection and, before the run's end, cancel the run. Again does nothing."""
        await self._leave(None)

    async def _next(self) -> RunEvent | None:
        if self._waits:
            self._waits = False
            following = await self._carry_out(self._loop.answer(self.snapshot))
            if following is not None:
                await super().close()
                ...
        event = await super()._next()
        self._waits = event is not None and self._loop.waits(event, self.snapshot)
        return event
