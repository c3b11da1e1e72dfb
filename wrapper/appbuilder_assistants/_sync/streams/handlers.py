# Written by scripts/unasync.py from _async/streams/handlers.py; do not edit.

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from appbuilder_assistants._core.streams.handlers import (
    EventHooks,
    StreamRunContext,
    dispatch,
    settle,
)

if TYPE_CHECKING:
    from types import TracebackType

    from appbuilder_assistants._core.streams.events import RunEvent
    from appbuilder_assistants._snapshot import RunSnapshot
    from appbuilder_assistants.types import RunResult

    from .run_stream import RunStream


class AssistantEventHandler(EventHooks):
    """Receives each event of a run: subclass it and override what you need.

    Hand one to `stream_run_with_handler`, for one run at a time. `stream_run_context` has the
    ids that a hook needs to act. An exception of a hook ends the stream and reaches the caller.
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
    """A run's stream whose events go to a handler first, each before it is given.

    As a context manager it gives the handler, and closes the connection on leaving. Without one,
    `until_done`, iterating and the others open the stream and close it. Nothing is sent before.
    They are those of the stream, and so are `snapshot`, `messages` and `current_run`.
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
        stream._listener = HookCaller(handler)
        stream._only_reads = False
        self._stream = stream
        self._handler = handler

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._stream!r}>"

    @property
    def snapshot(self) -> RunSnapshot:
        return self._stream.snapshot

    @property
    def messages(self) -> dict[str, str]:
        return self._stream.messages

    @property
    def current_run(self) -> RunResult | None:
        return self._stream.current_run

    @property
    def text(self) -> Iterator[str]:
        return self._stream.text

    def until_done(self) -> None:
        """Handle the events up to the run's final one. Raises what the stream or a hook raises."""
        self._stream.until_done()

    def final_run(self) -> RunResult:
        """The run as it ended, once all events have been handled."""
        return self._stream.final_run()

    def final_text(self) -> str:
        """The run's answer, once all events have been handled."""
        return self._stream.final_text()

    def close(self) -> None:
        """Close the connection, whatever is still to come. Closing again does nothing."""
        self._stream.close()

    def cancel(self) -> None:
        """Cancel the run, wait until it is cancelled, and close the stream."""
        self._stream.cancel()

    def __enter__(self) -> AssistantEventHandler:
        self._stream.__enter__()
        return self._handler

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stream.__exit__(kind, error, traceback)

    def __iter__(self) -> Iterator[RunEvent]:
        """The events, each once it has been handled."""
        return self._stream.__iter__()

    def __next__(self) -> RunEvent:
        """The next event, once it has been handled; iterating continues."""
        return self._stream.__next__()


class HookCaller:
    """Calls a handler's hooks for the events of its stream."""

    def __init__(self, handler: AssistantEventHandler) -> None:
        self._handler = handler

    def on_event(self, event: RunEvent) -> None:
        self._handler.stream_run_context.enter(event)
        self._settle(lambda: dispatch(self._handler, event))

    def on_reconciled(self, run: RunResult) -> None:
        self._settle(lambda: self._handler.reconciled(run))

    def _settle(self, call: Callable[[], object]) -> None:
        try:
            settle(call())
        except StopIteration as error:
            # A loop would take this StopIteration for the end of the stream.
            raise RuntimeError(f"a handler's method raised {type(error).__name__}") from error
