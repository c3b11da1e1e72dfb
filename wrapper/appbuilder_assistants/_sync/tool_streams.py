# Written by scripts/unasync.py from _async/tool_streams.py; do not edit.

from __future__ import annotations

from typing import TYPE_CHECKING

from .streams import RunStream

if TYPE_CHECKING:
    from appbuilder_assistants._core.calls import StreamCall
    from appbuilder_assistants._core.tool_loop import ToolLoop

    from ._caller import Caller


class ToolRunStream(RunStream):
    """The events of one run, whose tool calls are answered on the way."""

    def __init__(self, caller: Caller, call: StreamCall, loop: ToolLoop) -> None:
        super().__init__(caller, call)
        self._loop = loop
