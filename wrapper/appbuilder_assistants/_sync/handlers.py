# Written by scripts/unasync.py from _async/handlers.py; do not edit.

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from appbuilder_assistants._core.handlers import (
    EventHooks,
    StreamRunContext,
    dispatch,
    settle,
)

if TYPE_CHECKING:
    from types import TracebackType

    from appbuilder_assistants._core.events import RunEvent
    from appbuilder_assistants._core.snapshot import RunSnapshot

    from .streams import RunStream


class AssistantEventHandler(EventHooks):
    """Told of each event of a run: subclass it and override what you need.

    Hand one to `stream_run_with_handler`, for one run at a time. `stream_run_context` has the
    ids that a hook needs to act. What a hook raises ends the stream and reaches the caller.
    """

    stream_run_context: StreamRunContext
    _manager: AssistantStreamManager | None = None

    def until_done(self) -> None:
        """Handle the events up to the run's final one. Raises what the stream or a hook raises."""
        self._bound().until_done()

    def __iter__(self) -> Iterator[RunEvent]:
        """The events, each once it has been handled."""
        return self._bound().__iter__()

    def __next__(self) -> RunEvent:
        """The next event, once it has been handled."""
        return self._bound().__next__()

    def _bound(self) -> AssistantStreamManager:
        if self._manager is None:
            raise RuntimeError("this handler has no run: hand it to stream_run_with_handler first")
        return self._manager


class AssistantStreamManager:
    """A run's stream whose events are told to a handler.

    As a context manager it gives the handler, and closes the connection on leaving. Without one,
    `until_done` or iterating opens the stream and closes it. Nothing is sent before.

    `snapshot` is the run so far.
    """

    def __init__(self, stream: RunStream, event_handler: AssistantEventHandler | None) -> None:
        handler = AssistantEventHandler() if event_handler is None else event_handler
        if not isinstance(handler, AssistantEventHandler):
            raise TypeError(
                "event_handler: expected an instance of a subclass of "
                f"{AssistantEventHandler.__name__}, got {handler!r}"
            )
        handler.stream_run_context = StreamRunContext()
        handler._manager = self
        self._stream = stream
        self._handler = handler
        self._pulled: Iterator[RunEvent] | None = None

    @property
    def snapshot(self) -> RunSnapshot:
        return self._stream.snapshot

    def until_done(self) -> None:
        """Handle the events up to the run's final one. Raises what the stream or a hook raises."""
        for _ in self:
            pass

    def close(self) -> None:
        """Close the connection, whatever is still to come. Closing again does nothing."""
        self._stream.close()

    def __enter__(self) -> AssistantEventHandler:
        self._stream.__enter__()
        return self._handler

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[RunEvent]:
        """The events, each once it has been handled."""
        return self._pulled or self._handle(self._stream.__iter__())

    def __next__(self) -> RunEvent:
        """The next event, once it has been handled; iterating goes on."""
        if self._pulled is None:
            self._pulled = self.__iter__()
        return self._pulled.__next__()

    def _handle(self, events: Iterator[RunEvent]) -> Iterator[RunEvent]:
        context = self._handler.stream_run_context
        try:
            for event in events:
                context.enter(event)
                settle(dispatch(self._handler, event))
                yield event
        finally:
            self.close()
