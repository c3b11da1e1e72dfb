from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from appbuilder_assistants._core.streams.handlers import (
    EventHooks,
    StreamRunContext,
    asettle,
    dispatch,
)

if TYPE_CHECKING:
    from types import TracebackType

    from appbuilder_assistants._core.streams.events import RunEvent
    from appbuilder_assistants._snapshot import RunSnapshot
    from appbuilder_assistants.types import RunResult

    from .run_stream import AsyncRunStream


class AsyncAssistantEventHandler(EventHooks):
    """Receives each event of a run: subclass it and override what you need.

    Hand one to `stream_run_with_handler`, for one run at a time. `stream_run_context` has the
    ids that a hook needs to act. An exception of a hook ends the stream and reaches the caller.
    """

    stream_run_context: StreamRunContext
    _manager: AsyncAssistantStreamManager | None = None

    async def until_done(self) -> None:
        """Handle the events up to the run's final one. Raises what the stream or a hook raises."""
        await self._bound().until_done()

    def __aiter__(self) -> AsyncIterator[RunEvent]:
        """The events, each once it has been handled."""
        return self._bound().__aiter__()

    async def __anext__(self) -> RunEvent:
        """The next event, once it has been handled."""
        return await self._bound().__anext__()

    def _bound(self) -> AsyncAssistantStreamManager:
        if self._manager is None:
            raise RuntimeError("this handler has no run: hand it to stream_run_with_handler first")
        return self._manager


class AsyncAssistantStreamManager:
    """A run's stream whose events go to a handler first, each before it is given.

    As a context manager it gives the handler, and closes the connection on leaving. Without one,
    `until_done`, iterating and the others open the stream and close it. Nothing is sent before.
    They are those of the stream, and so are `snapshot`, `messages` and `current_run`.
    """

    def __init__(
        self, stream: AsyncRunStream, event_handler: AsyncAssistantEventHandler | None
    ) -> None:
        handler = AsyncAssistantEventHandler() if event_handler is None else event_handler
        if not isinstance(handler, AsyncAssistantEventHandler):
            raise TypeError(
                "event_handler: expected an instance of a subclass of "
                f"{AsyncAssistantEventHandler.__name__}, got {handler!r}"
            )
        handler.stream_run_context = StreamRunContext()
        handler._manager = self
        stream._listener = AsyncHookCaller(handler)
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
    def text(self) -> AsyncIterator[str]:
        return self._stream.text

    async def until_done(self) -> None:
        """Handle the events up to the run's final one. Raises what the stream or a hook raises."""
        await self._stream.until_done()

    async def final_run(self) -> RunResult:
        """The run as it ended, once all events have been handled."""
        return await self._stream.final_run()

    async def final_text(self) -> str:
        """The run's answer, once all events have been handled."""
        return await self._stream.final_text()

    async def close(self) -> None:
        """Close the connection, whatever is still to come. Closing again does nothing."""
        await self._stream.close()

    async def cancel(self) -> None:
        """Cancel the run, wait until it is cancelled, and close the stream."""
        await self._stream.cancel()

    async def __aenter__(self) -> AsyncAssistantEventHandler:
        await self._stream.__aenter__()
        return self._handler

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stream.__aexit__(kind, error, traceback)

    def __aiter__(self) -> AsyncIterator[RunEvent]:
        """The events, each once it has been handled."""
        return self._stream.__aiter__()

    async def __anext__(self) -> RunEvent:
        """The next event, once it has been handled; iterating continues."""
        return await self._stream.__anext__()


class AsyncHookCaller:
    """Calls a handler's hooks for the events of its stream."""

    def __init__(self, handler: AsyncAssistantEventHandler) -> None:
        self._handler = handler

    async def on_event(self, event: RunEvent) -> None:
        self._handler.stream_run_context.enter(event)
        await self._settle(lambda: dispatch(self._handler, event))

    async def on_reconciled(self, run: RunResult) -> None:
        await self._settle(lambda: self._handler.reconciled(run))

    async def _settle(self, call: Callable[[], object]) -> None:
        try:
            await asettle(call())
        except StopAsyncIteration as error:
            # A loop would take this StopAsyncIteration for the end of the stream.
            raise RuntimeError(f"a handler's method raised {type(error).__name__}") from error
