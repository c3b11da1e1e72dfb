from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from appbuilder_assistants._core.handlers import (
    EventHooks,
    StreamRunContext,
    asettle,
    dispatch,
)

if TYPE_CHECKING:
    from types import TracebackType

    from appbuilder_assistants._core.events import RunEvent
    from appbuilder_assistants._core.snapshot import RunSnapshot

    from .streams import AsyncRunStream


class AsyncAssistantEventHandler(EventHooks):
    """Told of each event of a run: subclass it and override what you need.

    Hand one to `stream_run_with_handler`, for one run at a time. `stream_run_context` has the
    ids that a hook needs to act. What a hook raises ends the stream and reaches the caller.
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
    """A run's stream whose events are told to a handler.

    As a context manager it gives the handler, and closes the connection on leaving. Without one,
    `until_done` or iterating opens the stream and closes it. Nothing is sent before.

    `snapshot` is the run so far.
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
        self._stream = stream
        self._handler = handler
        self._pulled: AsyncIterator[RunEvent] | None = None

    @property
    def snapshot(self) -> RunSnapshot:
        return self._stream.snapshot

    async def until_done(self) -> None:
        """Handle the events up to the run's final one. Raises what the stream or a hook raises."""
        async for _ in self:
            pass

    async def close(self) -> None:
        """Close the connection, whatever is still to come. Closing again does nothing."""
        await self._stream.close()

    async def __aenter__(self) -> AsyncAssistantEventHandler:
        await self._stream.__aenter__()
        return self._handler

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __aiter__(self) -> AsyncIterator[RunEvent]:
        """The events, each once it has been handled."""
        return self._pulled or self._handle(self._stream.__aiter__())

    async def __anext__(self) -> RunEvent:
        """The next event, once it has been handled; iterating goes on."""
        if self._pulled is None:
            self._pulled = self.__aiter__()
        return await self._pulled.__anext__()

    async def _handle(self, events: AsyncIterator[RunEvent]) -> AsyncIterator[RunEvent]:
        context = self._handler.stream_run_context
        try:
            async for event in events:
                context.enter(event)
                await asettle(dispatch(self._handler, event))
                yield event
        finally:
            await self.close()
