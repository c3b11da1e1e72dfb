from __future__ import annotations

from typing import TYPE_CHECKING

from .streams import AsyncRunStream

if TYPE_CHECKING:
    from appbuilder_assistants._core.calls import StreamCall
    from appbuilder_assistants._core.tool_loop import ToolLoop

    from ._caller import AsyncCaller


class AsyncToolRunStream(AsyncRunStream):
    """The events of one run, whose tool calls are answered on the way."""

    def __init__(self, caller: AsyncCaller, call: StreamCall, loop: ToolLoop) -> None:
        super().__init__(caller, call)
        self._loop = loop
