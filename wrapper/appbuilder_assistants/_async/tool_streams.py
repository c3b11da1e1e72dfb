from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from appbuilder_assistants._core.calls import CANCEL_SECONDS, Lost
from appbuilder_assistants._core.cancelling import UNKNOWN, cancel_after
from appbuilder_assistants._log import LOGGER
from appbuilder_assistants._watched_run import WatchedRun
from appbuilder_assistants.errors import AssistantsError

from .streams import AsyncRunStream

if TYPE_CHECKING:
    from types import TracebackType

    from appbuilder_assistants._core.calls import StreamCall
    from appbuilder_assistants._core.events import EventReader, RunEvent
    from appbuilder_assistants._core.tool_loop import ToolLoop
    from appbuilder_assistants.errors import DeadlineExceededError

    from ._caller import AsyncCaller


class AsyncToolRunStream(AsyncRunStream):
    """The events of one run, whose tool calls are answered on the way.

    An `AsyncRunStream`, with the same events and lenses. After the event `tool_calls` the functions
    are called when the next event is asked for. Leaving the stream before the run's end, by an
    error or not, cancels the run, as nobody would call the functions that it asks for. Who leaves
    before the first event waits some seconds for it, if need be: it names the run. If it stays
    unknown which run that is, the log has a warning, or the error a note.
    """

    _cancels_always = True

    def __init__(self, caller: AsyncCaller, call: StreamCall, loop: ToolLoop) -> None:
        self._watched_run = WatchedRun(caller.settings, call)
        super().__init__(type(caller)(caller.pool, self._watched_run.settings), call, loop.left)
        self._loop = loop
        self._waits = False
        self._can_read_on = True

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
        self._can_read_on = False
        if self._waits:
            self._waits = False
            flow = self._loop.answer(self.snapshot)
            following = await self._caller.carry_out(flow, self._until)
            if following is not None:
                await self._follow(following)
        event = await super()._next()
        self._waits = event is not None and self._loop.waits(event, self.snapshot)
        self._can_read_on = True  # not after an error, behind which nothing is to be read
        return event

    async def _follow(self, call: StreamCall) -> None:
        """Go on with another stream of the same run."""
        await self._live.aclose()
        self._finish()
        self._call = call
        self._events = iter(())
        await self._open()

    async def _open(self) -> EventReader:
        self._watched_run.begin()
        self._caller.pool.streams.add(self)
        return await super()._open()

    async def _give_up(self, error: DeadlineExceededError) -> None:
        """Leave cancelling to `_fail`, which does so after any error."""
        error.run_id, error.thread_id = self.snapshot.run_id, self.snapshot.thread_id

    async def _fail(self, error: BaseException) -> None:
        self._finish(error)
        try:
            await self._leave(error)
        finally:
            await super()._fail(error)

    async def _leave(self, error: BaseException | None) -> None:
        open_here = self._caller.pool.streams.discard(self)
        try:
            if open_here and self._can_read_on:
                await self._learn_name()
        finally:
            try:
                await super().close()
            finally:
                if open_here:
                    await self._abandon(error)

    async def _learn_name(self) -> None:
        """Read on until an event names the run, for a few seconds at the most."""
        reader, left, snapshot = self._reader, self._left, self.snapshot
        if reader is None or left.run_id or not self._live.hurry(CANCEL_SECONDS):
            return
        with suppress(AssistantsError):
            while not snapshot.run_id:
                received = await self._receive(reader)
                if received is None or isinstance(received, Lost):
                    return
            left.is_named(snapshot.thread_id, snapshot.run_id)

    async def _abandon(self, error: BaseException | None) -> None:
        left = self._left
        try:
            if self.snapshot.finished:
                return
            if error is not None:
                await self._caller.finish(cancel_after(error, left))
                return
            outcome = await self._caller.finish(left.cancel())
            if outcome in UNKNOWN:
                LOGGER.warning("a stream was left that had not named its run: %s", outcome.value)
        finally:
            self._watched_run.finish(self.snapshot.run, error)

    def _finish(self, error: BaseException | None = None) -> None:
        super()._finish(error)
        if self.snapshot.finished:
            self._watched_run.finish(self.snapshot.run, error)
