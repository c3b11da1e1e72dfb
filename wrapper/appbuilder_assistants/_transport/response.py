"""A response as it is read: whole and within bounds, or left open behind its beginning."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any, cast
from weakref import finalize

from appbuilder_assistants._core.calls import NoReply, Reply
from appbuilder_assistants._core.limits import MAX_QUOTED

from .cancellation import running_loop, shield_to_completion, wait_until
from .failures import no_reply, overdue, refused, without_frames
from .forks import ForkAware, discard_after_fork
from .protocols import AsyncIncoming, Head, Incoming, OutgoingRequest, TransportFailure
from .unpack import AsyncUnpacked, unpacked

REST_SECONDS = 0.05
"""How long the end of a body may take that has said all: a new connection costs about as much."""


def receive(response: Incoming, request: OutgoingRequest) -> Reply | NoReply:
    """Read a response as the request asks for. Raises TransportFailure."""
    open_ = False
    try:
        if problem := refused(response, request):
            return problem
        if not request.leave_open(response.status, response.headers):
            return _read(response, request)
        chunks = unpacked(response)
        start, is_whole = _gather(chunks, request, request.peek)
        open_ = not is_whole
        live = Body(response, request, chunks) if open_ else None
        return _reply(response, request, start.getvalue(), live)
    finally:
        if not open_:
            response.close()


async def areceive(response: AsyncIncoming, request: OutgoingRequest) -> Reply | NoReply:
    """As `receive`."""
    open_ = False
    try:
        if problem := refused(response, request):
            return problem
        if not request.leave_open(response.status, response.headers):
            return await _aread(response, request)
        chunks = AsyncUnpacked(response)
        start, is_whole = await _agather(chunks, request.peek)
        open_ = not is_whole
        live = AsyncBody(response, request, chunks) if open_ else None
        return _reply(response, request, start.getvalue(), live)
    finally:
        if not open_:
            await response.aclose()


class _OpenBody(ForkAware):
    """The rest of a body: chunks as they arrive, a `NoReply` if it breaks off.

    `call_span` is the call that is still open with the body, until a stream takes it over.
    A forgotten body is closed by its finalizer, which keeps the response alive until then: the
    collector may find both at once, and would finalize parts of the response in any order.
    """

    call_span: Any = None

    def __init__(
        self, response: Any, request: OutgoingRequest, chunks: Any, forgotten: finalize[Any, Any]
    ) -> None:
        super().__init__()
        self._response: Any = response
        self._request = request
        self._chunks: Any = chunks
        self._forgotten = forgotten
        forgotten.atexit = False
        self._inherited: list[Any] = []

    @property
    def seconds(self) -> float:
        """Since the request was sent."""
        return time.monotonic() - self._request.started

    def after_fork(self) -> None:
        # The parent is still reading it.
        self._forgotten.detach()
        self._inherited = [self._response, self._chunks]
        self._response = self._chunks = None


class Body(_OpenBody):
    """The open body of a response, for threads."""

    def __init__(
        self, response: Incoming, request: OutgoingRequest, chunks: Iterator[bytes]
    ) -> None:
        super().__init__(response, request, chunks, finalize(self, response.abandon))
        self._release = threading.Lock()

    def hurry(self, seconds: float) -> bool:
        """Wait for the rest for this time at most. False if it does not come."""
        if self._response is None or not self._response.keeps_deadline():
            return False
        self._request.shorten(seconds)
        return True

    def __iter__(self) -> Iterator[bytes | NoReply]:
        return self

    def __next__(self) -> bytes | NoReply:
        if self._response is None:
            raise StopIteration
        if self._request.is_overdue():
            return overdue(self._request)
        try:
            return cast(bytes, next(self._chunks))
        except TransportFailure as failure:
            return no_reply(self._request, failure)
        except BaseException as error:  # noqa: BLE001 - continues, without what it passed through
            raise without_frames(error) from error.__cause__

    def release(self) -> None:
        """Return the connection to the pool if only the body's end is missing; else close it.

        Waits for that end for REST_SECONDS at the most. Does nothing while another thread does it:
        one that reads a stream's final event, for example, while this one cancels the run.
        """
        response = self._response
        if response is None:
            self.close()
            return
        if not self._release.acquire(blocking=False):
            return
        try:
            if not response.is_closed and response.is_http1 and self.hurry(REST_SECONDS):
                next(self._chunks, None)
        except TransportFailure:
            pass  # which is an end as well
        finally:
            self.close()

    def close(self) -> None:
        """Close the connection without reading the rest of the body."""
        discard_after_fork(self._inherited)
        if self._forgotten.detach():
            self._response.close()


class AsyncBody(_OpenBody):
    """As `Body`, on an event loop."""

    def __init__(
        self, response: AsyncIncoming, request: OutgoingRequest, chunks: AsyncUnpacked
    ) -> None:
        forgotten = finalize(self, _close_forgotten, running_loop(), response)
        super().__init__(response, request, chunks, forgotten)
        self._is_released = False

    def hurry(self, seconds: float) -> bool:
        self._request.shorten(seconds)
        return True

    def __aiter__(self) -> AsyncIterator[bytes | NoReply]:
        return self

    async def __anext__(self) -> bytes | NoReply:
        if self._response is None:
            raise StopAsyncIteration
        if self._request.is_overdue():
            return overdue(self._request)
        try:
            return await wait_until(self._request.deadline, anext(self._chunks))
        except StopAsyncIteration:
            raise
        except TimeoutError as error:
            return overdue(self._request, error)
        except TransportFailure as failure:
            return no_reply(self._request, failure)
        except BaseException as error:  # noqa: BLE001 - as in `Body`
            raise without_frames(error) from error.__cause__

    async def arelease(self) -> None:
        response = self._response
        try:
            if not (response is None or response.is_closed or self._is_released):
                self._is_released = True
                if response.is_http1:
                    await shield_to_completion(self._read_end())
        finally:
            await self.aclose()

    async def _read_end(self) -> None:
        with suppress(TransportFailure, TimeoutError, RuntimeError):  # another task may read it
            await wait_until(time.monotonic() + REST_SECONDS, anext(self._chunks, None))

    async def aclose(self) -> None:
        discard_after_fork(self._inherited)
        if self._forgotten.detach():
            try:
                await self._response.aclose()
                import asyncio

                await asyncio.sleep(0)  # a socket is closed by the loop's next round
            except BaseException as error:  # noqa: BLE001 - as in `Body`
                raise without_frames(error) from error.__cause__


def _close_forgotten(loop: Any, response: AsyncIncoming) -> None:
    """Close a response on its loop, from wherever the collector runs."""
    if not response.is_closed:
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(lambda: loop.create_task(response.aclose()))


def _check(request: OutgoingRequest) -> None:
    """Raise TransportFailure when overdue."""
    if request.is_overdue():
        raise TransportFailure("read", timed_out=True)


def _read(response: Incoming, request: OutgoingRequest) -> Reply:
    """The whole body, or the beginning of one that is too long. Raises TransportFailure if overdue.

    At any moment there are in memory: a buffer, which grows by an eighth at the most, and one piece
    (PIECE, or what was read at once). `getvalue` gives the buffer itself, without a copy.
    """
    if whole := _whole(response, request):
        return whole
    limit = request.max_body(response.status)
    return _closed(response, request, *_gather(unpacked(response), request, limit))


async def _aread(response: AsyncIncoming, request: OutgoingRequest) -> Reply:
    """As `_read`; its caller checks the deadline."""
    if whole := _whole(response, request):
        return whole
    limit = request.max_body(response.status)
    return _closed(response, request, *await _agather(AsyncUnpacked(response), limit))


def _gather(pieces: Iterator[bytes], request: OutgoingRequest, limit: int) -> tuple[BytesIO, bool]:
    """The body up to the piece that exceeds the limit, and whether that is all. 0 reads nothing."""
    body = BytesIO()
    for piece in pieces if limit else ():
        body.write(piece)
        _check(request)
        if body.tell() > limit:
            return body, False
    _check(request)
    return body, limit > 0


async def _agather(pieces: AsyncUnpacked, limit: int) -> tuple[BytesIO, bool]:
    """As `_gather`; its caller checks the deadline."""
    body = BytesIO()
    while limit and (piece := await anext(pieces, None)) is not None:
        body.write(piece)
        if body.tell() > limit:
            return body, False
    return body, limit > 0


def _whole(response: Head, request: OutgoingRequest) -> Reply | None:
    """The reply if its body has come with the head, and is not compressed."""
    if "content-encoding" in response.headers or (body := response.whole()) is None:
        return None
    if len(body) > request.max_body(response.status):
        return _reply(response, request, body[:MAX_QUOTED], cut_short=True)
    return _reply(response, request, body)


def _closed(response: Head, request: OutgoingRequest, body: BytesIO, is_whole: bool) -> Reply:
    """The reply; of a body that is too long only with what may be quoted."""
    start = body.getvalue() if is_whole else body.getvalue()[:MAX_QUOTED]
    return _reply(response, request, start, cut_short=not is_whole)


def _reply(
    response: Head,
    request: OutgoingRequest,
    body: bytes,
    live: Body | AsyncBody | None = None,
    *,
    cut_short: bool = False,
) -> Reply:
    return Reply(
        response.status,
        response.headers,
        body,
        live,
        time.time(),
        time.monotonic() - request.started,
        cut_short,
        request.request_id,
        request.authorization,
    )
