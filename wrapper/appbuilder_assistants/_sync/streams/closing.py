# Written by scripts/unasync.py from _async/streams/closing.py; do not edit.

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from appbuilder_assistants._core.calls import NoReply
from appbuilder_assistants._core.limits import CANCEL_SECONDS
from appbuilder_assistants._core.runs.orphaned_runs import (
    CancelOutcome,
    OrphanedRun,
    cancel_after,
    not_cancelled,
)
from appbuilder_assistants._log import logger
from appbuilder_assistants.errors import AssistantsError, DeadlineExceededError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from appbuilder_assistants._core.requests import StreamCall
    from appbuilder_assistants._core.streams.events import EventReader, RunEvent
    from appbuilder_assistants._snapshot import RunSnapshot
    from appbuilder_assistants._sync._caller import Caller


class Closing:
    """The closing of a stream: of its connection, and of its run if that is to be cancelled."""

    snapshot: RunSnapshot
    _caller: Caller
    _call: StreamCall
    _orphaned_run: OrphanedRun
    _live: Any
    _reader: EventReader | None
    _events: Iterator[RunEvent]
    _failure: AssistantsError | None

    def __init__(self, *, cancels_on_exit: bool) -> None:
        self._cancels_on_exit = cancels_on_exit
        self._closed = False
        self._can_read_on = True
        self._is_reading = False

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._exit(error)

    def close(self) -> None:
        """Close the connection, whatever is still to come. Closing again does nothing.

        With `on_exit="cancel"` the run is cancelled, if it has not ended. Behind the final event
        the connection is kept for other calls, if the body ends there.
        """
        self._exit(None)

    def cancel(self) -> None:
        """Cancel the run, wait until it is cancelled, and close the stream.

        Also when the stream is closed; does nothing when the run has ended. Waits some
        seconds for the event that names the run, if none has. Where another thread or task reads
        the stream meanwhile, it reads the run's end there. Raises ApiConnectionError when it stays
        unknown which run is to be cancelled.  (cancelRun)
        """
        self._caller.pool.streams.discard(self)
        snapshot, orphaned_run = self.snapshot, self._orphaned_run
        try:
            if self._can_read_on and not (self._is_reading or self._closed):
                self._learn_name()
            if snapshot.finished:
                return
            orphaned_run.set_ids(snapshot.thread_id, snapshot.run_id)
            outcome = self._caller.finish(orphaned_run.cancel())
            if outcome is CancelOutcome.UNKNOWN_RUN:
                raise not_cancelled(self._call, orphaned_run.describe(outcome))
        finally:
            if not self._is_reading:
                self._close()
            self._end_run(None)

    def _exit(self, error: BaseException | None) -> None:
        """Close the connection; cancel the run if it has not ended and that is asked for."""
        cancels = self._caller.pool.streams.discard(self)
        try:
            if cancels and self._can_read_on and not self._is_reading:
                self._learn_name()
        finally:
            try:
                self._close()
            finally:
                if cancels:
                    self._abandon(error)

    def _close(self) -> None:
        self._closed = True
        self._events = iter(())
        if self._live is not None:
            if self.snapshot.finished:
                self._live.release()
            else:
                self._live.close()
        self._finish()

    def _learn_name(self) -> None:
        """Read on until an event names the run, for a few seconds at the most."""
        reader, snapshot = self._reader, self.snapshot
        known = snapshot.run_id or self._orphaned_run.run_id
        if reader is None or known or not self._live.hurry(CANCEL_SECONDS):
            return
        with suppress(AssistantsError):
            while not snapshot.run_id:
                received = self._receive(reader)
                if received is None or isinstance(received, NoReply):
                    return

    def _abandon(self, error: BaseException | None) -> None:
        orphaned_run, snapshot = self._orphaned_run, self.snapshot
        orphaned_run.set_ids(snapshot.thread_id, snapshot.run_id)
        try:
            if snapshot.finished:
                return
            if error is not None:
                self._caller.finish(cancel_after(error, orphaned_run))
                return
            outcome = self._caller.finish(orphaned_run.cancel())
            if outcome is CancelOutcome.UNKNOWN_RUN:
                reason = orphaned_run.describe(outcome)
                logger().warning("a stream was closed before it named its run: %s", reason)
        finally:
            self._end_run(error)

    def _give_up(self, error: DeadlineExceededError) -> None:
        """Note the run of an overdue stream on the error, and cancel it if that is asked for."""
        run_id, thread_id = self.snapshot.run_id, self.snapshot.thread_id
        error.run_id, error.thread_id = run_id, thread_id
        if self._cancels_on_exit:
            return  # `_fail` does so after any error
        if self._live is not None:
            self._live.close()
        self._orphaned_run.set_ids(thread_id, run_id)
        if self._caller.settings.cancels_overdue_runs:
            self._caller.carry_out(cancel_after(error, self._orphaned_run))

    def _fail(self, error: BaseException) -> None:
        if isinstance(error, AssistantsError):
            self._failure = error
        self._finish(error)
        self._exit(error)

    def _receive(self, reader: EventReader) -> RunEvent | NoReply | None:
        """The next event; at an end of the stream, the `NoReply` that broke it, or None."""
        raise NotImplementedError

    def _finish(self, error: BaseException | None = None) -> None:
        """Record the end of the call."""
        raise NotImplementedError

    def _end_run(self, error: BaseException | None) -> None:
        """Record that the run needs no cancelling by this stream."""
