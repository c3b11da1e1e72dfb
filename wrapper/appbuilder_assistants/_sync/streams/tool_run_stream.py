# Written by scripts/unasync.py from _async/streams/tool_run_stream.py; do not edit.

from __future__ import annotations

from typing import TYPE_CHECKING

from appbuilder_assistants._instrumentation.calls import Instrumentation
from appbuilder_assistants._instrumentation.spans import ToolRunSpan

from .run_stream import RunStream

if TYPE_CHECKING:
    from appbuilder_assistants._core.requests import StreamCall
    from appbuilder_assistants._core.streams.events import EventReader, RunEvent
    from appbuilder_assistants._sync._caller import Caller
    from appbuilder_assistants._tools.loop import ToolLoop


class ToolRunStream(RunStream):
    """The events of one run, whose tool calls are answered on the way.

    It has the events and views of `RunStream`. After the event `tool_calls` the functions
    are called when the next event is asked for. Leaving the stream before the run's end, by an
    error or not, cancels the run, as nobody would call the functions that it asks for. Closing it
    before the first event waits some seconds for it, as it names the run. If the run's id stays
    unknown, the log has a warning, or the error a note.
    """

    def __init__(self, caller: Caller, call: StreamCall, loop: ToolLoop) -> None:
        self._run_span = ToolRunSpan(Instrumentation(caller.settings), call)
        super().__init__(caller.within_run(self._run_span), call, loop.orphaned_run, "cancel")
        self._only_reads = False
        self._loop = loop
        self._waits = False

    def _next(self) -> RunEvent | None:
        if self._waits:
            self._waits, self._can_read_on = False, False
            flow = self._loop.answer(self.snapshot)
            following = self._caller.carry_out(flow, self._deadline)
            if following is not None:
                self._follow(following)
        event = super()._next()
        self._waits = event is not None and self._loop.waits(event, self.snapshot)
        return event

    def _follow(self, call: StreamCall) -> None:
        """Continue with another stream of the same run."""
        self._live.close()
        self._finish()
        self._call = call
        self._events = iter(())
        self._open()

    def _open(self) -> EventReader:
        self._run_span.start()
        return super()._open()

    def _finish(self, error: BaseException | None = None) -> None:
        super()._finish(error)
        if self.snapshot.finished:
            self._end_run(error)

    def _end_run(self, error: BaseException | None) -> None:
        self._run_span.result = self.snapshot.run
        self._run_span.finish(error, self.snapshot.messages)
