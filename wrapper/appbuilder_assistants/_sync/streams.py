# Written by scripts/unasync.py from _async/streams.py; do not edit.

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from appbuilder_assistants._core.calls import Reply, StreamCall
from appbuilder_assistants._core.events import EventReader, RunEvent, lost_stream
from appbuilder_assistants._core.snapshot import RunSnapshot
from appbuilder_assistants.errors import ApiConnectionError

from ._caller import Caller

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self


class RunStream:
    """The events of one run, to be read once.

    Use it as a context manager (leaving it closes the connection at once) or iterate it
    directly. Iterating ends after the run's final event; if that never comes, it raises
    StreamInterruptedError. The run itself goes on when the stream is left.

    `snapshot` is the run so far, before, while and after the events are read.
    """

    def __init__(self, caller: Caller, call: StreamCall) -> None:
        self.snapshot = RunSnapshot()
        self._caller = caller
        self._call = call
        self._reply: Reply | None = None
        self._pulled: Iterator[RunEvent] | None = None
        self._entered = False
        self._spent = False

    def __enter__(self) -> Self:
        if self._entered or self._spent:
            raise RuntimeError("a run's stream is entered once: start another with stream_run")
        self._entered = True
        self._reply = self._open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __next__(self) -> RunEvent:
        """The next event alone, as the official client's streams give it; iterating goes on."""
        if self._pulled is None:
            self._pulled = self.__iter__()
        return self._pulled.__next__()

    def __iter__(self) -> Iterator[RunEvent]:
        if self._pulled is not None:
            return self._pulled
        if self._spent:
            raise RuntimeError("a run's events are read once, while the stream is open")
        self._spent = True
        return self._read()

    def close(self) -> None:
        """Close the connection, whatever is still to come. Closing again does nothing."""
        self._spent = True
        if self._reply is not None:
            self._reply.live.close()

    def _open(self) -> Reply:
        try:
            return self._caller.open(self._call)
        except ApiConnectionError as error:
            raise lost_stream(self._call, self.snapshot, error) from error.__cause__

    def _read(self) -> Iterator[RunEvent]:
        try:
            if self._reply is None:
                self._reply = self._open()
            reader = EventReader(self._call, self._reply, self.snapshot)
            for chunk in self._reply.live:
                for event in reader.feed(chunk):
                    yield event
                    if self.snapshot.finished:
                        return
            reader.end()
        finally:
            self.close()
