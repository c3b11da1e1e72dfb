# Written by scripts/unasync.py from _async/streams/run_stream.py; do not edit.

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

from appbuilder_assistants._core.calls import NoReply, Reply, StreamCall
from appbuilder_assistants._core.flows import CallProgress, record_attempts
from appbuilder_assistants._core.redaction import redact_error
from appbuilder_assistants._core.runs.orphaned_runs import OnExit, OrphanedRun, cancels_on_exit
from appbuilder_assistants._core.runs.texts import find_text, find_text_by_id
from appbuilder_assistants._core.streams.events import (
    EventReader,
    RunEvent,
    interrupted,
    lost_stream,
)
from appbuilder_assistants._core.streams.reconcile import LookUps
from appbuilder_assistants._driver import deadline_of
from appbuilder_assistants._operations import messages as message_ops
from appbuilder_assistants._operations import runs as run_ops
from appbuilder_assistants._snapshot import RunSnapshot
from appbuilder_assistants._sync._caller import Caller
from appbuilder_assistants.errors import (
    ApiConnectionError,
    AssistantsError,
    DeadlineExceededError,
)

from .closing import Closing

if TYPE_CHECKING:
    from typing_extensions import Self

    from appbuilder_assistants.types import RunResult

LOOK_UPS = LookUps(
    run=run_ops.runs_query, messages=message_ops.messages_list, message=message_ops.messages_query
)


class Listener(Protocol):
    """Who is told of each event before it is given."""

    def hear(self, event: RunEvent) -> None: ...

    def hear_reconciled(self, run: RunResult) -> None: ...


class RunStream(Closing):
    """The events of one run, to be read once.

    Use it as a context manager: leaving that closes the connection at once. A loop over a stream
    that was not entered closes it, too, when it is left: at once, or on the next turns of the event
    loop. The run itself continues, unless `on_exit="cancel"` was given; `cancel` ends it.

    Iterating ends after the run's final event. When that never comes, the run is looked up: if it
    has ended, what was lost of its texts comes as one more event for each message, numbered 0,
    iterating ends and `snapshot.reconciled` is True; if not, or if that cannot be known,
    StreamInterruptedError is raised.

    `until_done`, `final_run`, `final_text` and `text` read as much of the stream as they need and
    can be used before, while and after events are read; each raises RuntimeError when it needs
    more of a stream that was left. `snapshot` is the run so far.
    """

    def __init__(
        self,
        caller: Caller,
        call: StreamCall,
        orphaned_run: OrphanedRun,
        on_exit: OnExit = "close",
    ) -> None:
        """`orphaned_run` is the run, for when it is left and to be cancelled."""
        super().__init__(cancels_on_exit=cancels_on_exit(on_exit))
        self.snapshot = RunSnapshot(call.run_id, call.thread_id)
        self._caller = caller
        self._call = call
        self._orphaned_run = orphaned_run
        self._progress = orphaned_run.progress
        self._reply: Reply | None = None
        self._deadline: float | None = None
        self._live: Any = None
        self._call_span: Any = None
        self._reader: EventReader | None = None
        self._events: Iterator[RunEvent] = iter(())
        self._looked_up: Iterator[RunEvent] | None = None
        self._listener: Listener | None = None
        self._entered = False
        self._failure: AssistantsError | None = None

    def __enter__(self) -> Self:
        if self._entered or self._closed or self._reader is not None:
            raise RuntimeError("a run's stream is entered once: start another with stream_run")
        self._entered = True
        try:
            self._open()
        except BaseException as error:
            self._fail(error)
            raise
        return self

    def __iter__(self) -> Iterator[RunEvent]:
        if self.snapshot.finished:
            raise RuntimeError("a run's events are read once; `snapshot` has what they told")
        return self if self._entered else self._iterate_and_close()

    def __next__(self) -> RunEvent:
        """The next event alone, as the official client's streams give it; iterating goes on."""
        event = self._pull()
        if event is None:
            raise StopIteration
        if self.snapshot.finished and not self._entered:
            self.close()  # perhaps nobody asks again
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
    def text(self) -> Iterator[str]:
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
        """The run object as last told; None before the first event."""
        return self.snapshot.run

    def until_done(self) -> None:
        """Read the stream to its end. Does nothing when it has been."""
        while self._pull() is not None:
            pass

    def final_run(self) -> RunResult:
        """The run as it ended, well or badly; `status` tells. Reads the stream to its end.

        Its `final_answer` is empty, as in every event and look-up: see `final_text`.
        """
        self.until_done()
        snapshot = self.snapshot
        if snapshot.run is None:
            # The final event came, without the run.
            if not (snapshot.run_id and snapshot.thread_id):
                error = interrupted(self._call, snapshot, "its final event names no run")
                self._note_attempts(error)
                redact_error(error, self._caller.settings.redactor)
                raise error
            query = run_ops.runs_query(thread_id=snapshot.thread_id, run_id=snapshot.run_id)
            snapshot.run = self._caller.run(query, self._deadline)
        return snapshot.run

    def final_text(self) -> str:
        """The run's answer: the text of its last message. Reads the stream to its end.

        What did not come with the stream is looked up, also when it was closed early. Raises
        NoTextError when the run did not complete: what it had said until then is in `messages`.
        """
        snapshot, retry = self.snapshot, self._caller.settings.retry
        if self._closed_early and snapshot.run_id and snapshot.thread_id:
            look = find_text_by_id(snapshot.thread_id, snapshot.run_id, LOOK_UPS, retry=retry)
            return self._caller.carry_out(look)
        run = self.final_run()
        text = snapshot.answer(run)
        if text is not None:
            return text
        return self._caller.carry_out(find_text(run, LOOK_UPS, retry=retry), self._deadline)

    @property
    def _closed_early(self) -> bool:
        """Whether it was closed before its end, and not by a failure of its own."""
        ended = self.snapshot.finished or self._looked_up is not None
        return self._closed and not ended and self._failure is None

    def _iterate_and_close(self) -> Iterator[RunEvent]:
        """The events, for a loop that nothing but its end will tell of being left."""
        try:
            while (event := self._pull()) is not None:
                yield event
        finally:
            self.close()

    def _pieces(self) -> Iterator[str]:
        told = 0
        try:
            while True:
                piece = self.snapshot.piece(told)
                if piece is not None:
                    told += 1
                    if piece:
                        yield piece
                elif self._pull() is None and self.snapshot.piece(told) is None:
                    return
        finally:
            if not self._entered:
                self.close()

    def _pull(self) -> RunEvent | None:
        """The next event, None at the end. Whatever is raised closes the connection."""
        if self._failure is not None:
            raise self._failure
        if self.snapshot.finished and self._looked_up is None:
            self.close()
            return None
        if self._closed_early:
            raise RuntimeError(
                "this stream was left before the run's final event: start another with stream_run, "
                "or look the run up with client.threads.runs.query"
            )
        try:
            event = self._next()
            self._tell(event)
        except BaseException as error:
            self._fail(error)
            raise
        return event

    def _next(self) -> RunEvent | None:
        self._is_reading, self._can_read_on = True, False
        try:
            event = self._next_event()
            self._can_read_on = True  # not after an error, behind which nothing is to be read
        except AssistantsError as error:
            self._note_attempts(error)
            raise
        finally:
            self._is_reading = False
        return event

    def _next_event(self) -> RunEvent | None:
        if self._looked_up is not None:
            return self._next_looked_up()
        reader = self._reader or self._open()
        received = self._receive(reader)
        if received is not None and not isinstance(received, NoReply):
            return received
        try:
            broken = reader.end(received)
            if self._closed:
                raise interrupted(self._call, self.snapshot, "it was closed while it was read")
            self._live.close()
            lost = self._caller.reconcile(
                self._call, self.snapshot, broken, LOOK_UPS, self._deadline
            )
        except DeadlineExceededError as error:
            self._give_up(error)
            raise
        self.close()
        self._looked_up = iter(lost)
        return self._next_looked_up()

    def _receive(self, reader: EventReader) -> RunEvent | NoReply | None:
        """The next event that comes; what broke the stream, or None, if it ends instead."""
        while True:
            event = next(self._events, None)
            if event is not None:
                if self._call_span is not None:
                    self._call_span.first_event()
                return event
            chunk = next(self._live, None)
            if not isinstance(chunk, bytes):
                end: NoReply | None = chunk
                return end
            self._events = reader.feed(chunk)
            del chunk  # a traceback may be shown with its variables

    def _next_looked_up(self) -> RunEvent | None:
        """What was lost of the next message; None behind the last."""
        event = next(self._looked_up or iter(()), None)
        if event is None:
            self._looked_up = None
        return event

    def _open(self) -> EventReader:
        if self._deadline is None:
            self._deadline = deadline_of(self._caller.settings)
        if self._cancels_on_exit:
            self._caller.pool.streams.add(self)
        if self._reader is not None:  # another stream of the same run
            self._progress = CallProgress()
        try:
            reply = self._caller.open(self._call, self._deadline, self._progress)
        except DeadlineExceededError as error:
            self._give_up(error)
            raise
        except ApiConnectionError as error:
            if not self._progress.may_be_done:
                raise
            raise lost_stream(self._call, self.snapshot, error) from error.__cause__
        self._reply, self._live = reply, reply.live
        # The call that those who watch were told of is over when the stream is, with its run.
        self._call_span, self._live.call_span = self._live.call_span, None
        self._reader = EventReader(self._call, reply, self.snapshot)
        return self._reader

    def _note_attempts(self, error: AssistantsError) -> None:
        """Note on the error of a stream that had begun which requests came to it."""
        if self._reply is not None and not error.attempts:
            record_attempts(error, self._progress, self._reply, self._live.seconds)

    def _tell(self, event: RunEvent | None) -> None:
        if self._listener is None:
            return
        if event is not None:
            self._listener.hear(event)
        elif self.snapshot.run is not None:
            self._listener.hear_reconciled(self.snapshot.run)

    def _finish(self, error: BaseException | None = None) -> None:
        redact_error(error, self._caller.settings.redactor)
        if self._call_span is not None:
            self._call_span.result = self.snapshot.run
            self._call_span.finish(error, self.snapshot.messages)
