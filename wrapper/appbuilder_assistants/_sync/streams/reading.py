# Written by scripts/unasync.py from _async/streams/reading.py; do not edit.

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

from appbuilder_assistants._core.calls import NoReply, Reply
from appbuilder_assistants._core.flows import CallProgress, record_attempts
from appbuilder_assistants._core.redaction import redact_error
from appbuilder_assistants._core.requests import StreamCall
from appbuilder_assistants._core.runs.orphaned_runs import OnExit, OrphanedRun, cancels_on_exit
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
    from appbuilder_assistants.types import RunResult

LOOK_UPS = LookUps(
    run=run_ops.runs_query, messages=message_ops.messages_list, message=message_ops.messages_query
)


class Listener(Protocol):
    """Receives each event before it is given."""

    def on_event(self, event: RunEvent) -> None: ...

    def on_reconciled(self, run: RunResult) -> None: ...


class Reading(Closing):
    """The opening and reading of a stream: by its connection, and by look-ups after a break."""

    def __init__(
        self,
        caller: Caller,
        call: StreamCall,
        orphaned_run: OrphanedRun,
        on_exit: OnExit = "close",
    ) -> None:
        """`orphaned_run` is the run, in case it is to be cancelled."""
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
        self._only_reads = True  # nothing follows from an event
        self._failure: AssistantsError | None = None

    @property
    def _closed_early(self) -> bool:
        """Whether it was closed before its end, and not by a failure of its own."""
        ended = self.snapshot.finished or self._looked_up is not None
        return self._closed and not ended and self._failure is None

    def _pull(self) -> RunEvent | None:
        """The next event, None at the end. Every exception closes the connection."""
        event = self._take()
        if event is not None:
            return event
        if self._failure is not None:
            raise self._failure
        if self.snapshot.finished and self._looked_up is None:
            self.close()
            return None
        if self._closed_early:
            raise RuntimeError(
                "this stream was closed before the run's final event: start another with "
                "stream_run, or look the run up with client.threads.runs.query"
            )
        try:
            event = self._next()
            self._notify(event)
        except BaseException as error:
            self._fail(error)
            raise
        return event

    def _take(self) -> RunEvent | None:
        """The next of the received events, if there is one that needs no other step.

        An error in its place is raised by the next `_pull`, which closes the connection.
        """
        if not self._only_reads:
            return None
        self._is_reading = True
        try:
            return next(self._events, None)
        except BaseException as error:  # noqa: BLE001 - is raised again
            self._events = map(raise_again, [error])
            return None
        finally:
            self._is_reading = False

    def _next(self) -> RunEvent | None:
        self._is_reading, self._can_read_on = True, False
        try:
            event = self._next_event()
            self._can_read_on = True  # not after an error: no event follows one
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
            lost_events = self._caller.reconcile(
                self._call, self.snapshot, broken, LOOK_UPS, self._deadline
            )
        except DeadlineExceededError as error:
            self._give_up(error)
            raise
        self.close()
        self._looked_up = iter(lost_events)
        return self._next_looked_up()

    def _receive(self, reader: EventReader) -> RunEvent | NoReply | None:
        """The next event; at an end of the stream, the `NoReply` that broke it, or None."""
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
        """The lost rest of the next message; None behind the last."""
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
        # The call's span ends when the stream does, with its run.
        self._call_span, self._live.call_span = self._live.call_span, None
        self._reader = EventReader(self._call, reply, self.snapshot)
        return self._reader

    def _note_attempts(self, error: AssistantsError) -> None:
        """Note on the error of a stream that had begun which requests came to it."""
        if self._reply is not None and not error.attempts:
            record_attempts(error, self._progress, self._reply, self._live.seconds)

    def _notify(self, event: RunEvent | None) -> None:
        if self._listener is None:
            return
        if event is not None:
            self._listener.on_event(event)
        elif self.snapshot.run is not None:
            self._listener.on_reconciled(self.snapshot.run)

    def _finish(self, error: BaseException | None = None) -> None:
        redact_error(error, self._caller.settings.redactor)
        if self._call_span is not None:
            self._call_span.result = self.snapshot.run
            self._call_span.finish(error, self.snapshot.messages)


def raise_again(error: BaseException) -> RunEvent:
    """Raise the error that came in place of an event."""
    raise error
