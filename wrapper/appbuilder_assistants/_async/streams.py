from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from appbuilder_assistants._core.calls import Reply, StreamCall
from appbuilder_assistants._core.events import EventReader, RunEvent, lost_stream
from appbuilder_assistants._core.snapshot import RunSnapshot
from appbuilder_assistants.errors import ApiConnectionError

from ._caller import AsyncCaller

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self


class AsyncRunStream:
    """The events of one run, to be read once.

    Use it as a context manager (leaving it closes the connection at once) or iterate it
    directly. Iterating ends after the run's final event; if that never comes, it raises
    StreamInterruptedError. The run itself goes on when the stream is left.

    `snapshot` is the run so far, before, while and after the events are read.
    """

    def __init__(self, caller: AsyncCaller, call: StreamCall) -> None:
        self.snapshot = RunSnapshot()
        self._caller = caller
        self._call = call
        self._reply: Reply | None = None
        self._pulled: AsyncIterator[RunEvent] | None = None
        self._entered = False
        self._spent = False

    async def __aenter__(self) -> Self:
        if self._entered or self._spent:
            raise RuntimeError("a run's stream is entered once: start another with stream_run")
        self._entered = True
        self._reply = await self._open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def __anext__(self) -> RunEvent:
        """The next event alone, as the official client's streams give it; iterating goes on."""
        if self._pulled is None:
            self._pulled = self.__aiter__()
        return await self._pulled.__anext__()

    def __aiter__(self) -> AsyncIterator[RunEvent]:
        if self._pulled is not None:
            return self._pulled
        if self._spent:
            raise RuntimeError("a run's events are read once, while the stream is open")
        self._spent = True
        return self._read()

    async def close(self) -> None:
        """Close the connection, whatever is still to come. Closing again does nothing."""
        self._spent = True
        if self._reply is not None:
            await self._reply.live.aclose()

    async def _open(self) -> Reply:
        try:
            return await self._caller.open(self._call)
        except ApiConnectionError as error:
            raise lost_stream(self._call, self.snapshot, error) from error.__cause__

    async def _read(self) -> AsyncIterator[RunEvent]:
        try:
            if self._reply is None:
                self._reply = await self._open()
            reader = EventReader(self._call, self._reply, self.snapshot)
            async for chunk in self._reply.live:
                for event in reader.feed(chunk):
                    yield event
                    if self.snapshot.finished:
                        return
            reader.end()
        finally:
            await self.close()
