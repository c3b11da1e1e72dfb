from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from appbuilder_assistants._core.redaction import redact_error
from appbuilder_assistants._core.runs.texts import find_text, find_text_by_id
from appbuilder_assistants._core.streams.events import (
    RunEvent,
    interrupted,
)
from appbuilder_assistants._operations import runs as run_ops

from .reading import LOOK_UPS, AsyncReading

if TYPE_CHECKING:
    from typing_extensions import Self

    from appbuilder_assistants.types import RunResult


class AsyncRunStream(AsyncReading):
    """The events of one run, to be read once.

    Use it as a context manager: leaving that closes the connection at once. A loop over a stream
    that was not entered closes it, too, when the loop ends: at once, or on the next turns of the
    event loop. The run itself continues, unless `on_exit="cancel"` was given; `cancel` ends it.

    Iterating ends after the run's final event. When that never comes, the run is looked up: if it
    has ended, the lost part of its texts comes as one more event for each message, numbered 0,
    iterating ends and `snapshot.reconciled` is True; if not, or if that cannot be known,
    StreamInterruptedError is raised.

    `until_done`, `final_run`, `final_text` and `text` read as much of the stream as they need and
    can be used before, while and after events are read; each raises RuntimeError when it needs
    more of a stream that was closed. `snapshot` is the run so far.
    """

    _entered = False

    async def __aenter__(self) -> Self:
        if self._entered or self._closed or self._reader is not None:
            raise RuntimeError("a run's stream is entered once: start another with stream_run")
        self._entered = True
        try:
            await self._open()
        except BaseException as error:
            await self._fail(error)
            raise
        return self

    def __aiter__(self) -> AsyncIterator[RunEvent]:
        if self.snapshot.finished:
            raise RuntimeError("a run's events are read once; `snapshot` has what they held")
        return self._iterate()

    async def __anext__(self) -> RunEvent:
        """The next event alone, as the official client's streams give it; iterating continues."""
        event = self._take()
        if event is None:
            event = await self._pull()
        if event is None:
            raise StopAsyncIteration
        if not self._entered and self.snapshot.finished:
            await self.close()  # `next` may not be called again
        return event

    def __repr__(self) -> str:
        if self.snapshot.finished:
            state = "finished"
        elif self._closed:
            state = "closed"
        else:
            state = "not opened" if self._reader is None else "open"
        snapshot = self._caller.settings.redactor.redact(repr(self.snapshot))
        return f"<{type(self).__name__} {state}: {snapshot}>"

    @property
    def text(self) -> AsyncIterator[str]:
        """The pieces of the answer as they come, from the first one on, whatever was read before.

        Joined they are the whole text, also when the run had to be looked up.
        """
        return self._pieces()

    @property
    def messages(self) -> dict[str, str]:
        """The text of each message so far, by message id, in order of appearance."""
        return self.snapshot.messages

    @property
    def current_run(self) -> RunResult | None:
        """The run object of the last event that had one; None before the first."""
        return self.snapshot.run

    async def until_done(self) -> None:
        """Read the stream to its end. Does nothing when it has been."""
        while await self._pull() is not None:
            pass

    async def final_run(self) -> RunResult:
        """The run as it ended, well or badly: see its `status`. Reads the stream to its end.

        Its `final_answer` is empty, as in every event and look-up: see `final_text`.
        """
        await self.until_done()
        snapshot = self.snapshot
        if snapshot.run is None:
            # The final event came, without the run.
            if not (snapshot.run_id and snapshot.thread_id):
                error = interrupted(self._call, snapshot, "its final event names no run")
                self._note_attempts(error)
                redact_error(error, self._caller.settings.redactor)
                raise error
            query = run_ops.runs_query(thread_id=snapshot.thread_id, run_id=snapshot.run_id)
            snapshot.run = await self._caller.run(query, self._deadline)
        return snapshot.run

    async def final_text(self) -> str:
        """The run's answer: the text of its last message. Reads the stream to its end.

        Text that did not come with the stream is looked up, also when it was closed early. Raises
        NoTextError when the run did not complete: what it had said until then is in `messages`.
        """
        snapshot, retry = self.snapshot, self._caller.settings.retry
        if self._closed_early and snapshot.run_id and snapshot.thread_id:
            look = find_text_by_id(snapshot.thread_id, snapshot.run_id, LOOK_UPS, retry=retry)
            return await self._caller.carry_out(look)
        run = await self.final_run()
        text = snapshot.answer(run)
        if text is not None:
            return text
        return await self._caller.carry_out(find_text(run, LOOK_UPS, retry=retry), self._deadline)

    async def _iterate(self) -> AsyncIterator[RunEvent]:
        """The events, for a loop: a generator gives each with fewer steps than `__anext__`.

        In a loop without `with`, its end closes the stream.
        """
        try:
            while True:
                event = self._take()
                if event is None:
                    event = await self._pull()
                if event is None:
                    return
                yield event
        finally:
            if not self._entered:
                await self.close()

    async def _pieces(self) -> AsyncIterator[str]:
        given = 0
        try:
            while True:
                piece = self.snapshot.piece(given)
                if piece is not None:
                    given += 1
                    if piece:
                        yield piece
                elif await self._pull() is None and self.snapshot.piece(given) is None:
                    return
        finally:
            if not self._entered:
                await self.close()
