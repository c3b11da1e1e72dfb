"""A response as it is read: whole and within bounds, or left open behind its beginning."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, suppress
from io import BytesIO
from typing import Any, cast

from appbuilder_assistants._core.calls import NoReply, Reply
from appbuilder_assistants._core.limits import MAX_QUOTED

from .cancellation import cancel_after, shield_to_completion, wait_until
from .failures import no_reply, overdue, refused, without_frames
from .forks import ForkAware, discard_after_fork
from .protocols import AsyncIncoming, Head, Incoming, OutgoingRequest, TransportFailure
from .unpack import aunpacked, unpacked

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
        live = Body(response, request)
        start, open_ = live.peek(request.peek) if request.peek else (b"", True)
        return _reply(response, request, start, live if open_ else None)
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
        live = AsyncBody(response, request)
        start, open_ = await live.peek(request.peek) if request.peek else (b"", True)
        return _reply(response, request, start, live if open_ else None)
    finally:
        if not open_:
            await response.aclose()


class _OpenBody(ForkAware):
    """The rest of a body: chunks as they arrive, a `NoReply` if it breaks off.

    `call_span` is the call that is still open with the body, until a stream takes it over.
    """

    call_span: Any = None
    _response: Any
    _chunks: Any

    def __init__(self, response: Head, request: OutgoingRequest) -> None:
        super().__init__()
        self._response = response
        self._request = request
        self._inherited: list[Any] = []

    @property
    def seconds(self) -> float:
        """Since the request was sent."""
        return time.monotonic() - self._request.started

    def after_fork(self) -> None:
        # The parent is still reading it.
        self._inherited = [self._response, self._chunks]
        self._response = self._chunks = None


class Body(_OpenBody):
    """The open body of a response, for threads."""

    def __init__(self, response: Incoming, request: OutgoingRequest) -> None:
        super().__init__(response, request)
        self._chunks = unpacked(response)
        self._release = threading.Lock()

    def peek(self, size: int) -> tuple[bytes, bool]:
        """The first bytes, up to the chunk that exceeds `size`, and whether that is not all."""
        start = bytearray()
        while len(start) <= size:
            chunk = next(self._chunks, None)
            _check(self._request)
            if chunk is None:
                return bytes(start), False
            start += chunk
        return bytes(start), True

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
        if self._response is not None:
            self._response.close()


class AsyncBody(_OpenBody):
    """As `Body`, on an event loop."""

    def __init__(self, response: AsyncIncoming, request: OutgoingRequest) -> None:
        super().__init__(response, request)
        self._chunks = aunpacked(response)
        self._is_released = False

    async def peek(self, size: int) -> tuple[bytes, bool]:
        """As `Body.peek`."""
        start = bytearray()
        while len(start) <= size:
            chunk = await anext(self._chunks, None)
            if chunk is None:
                return bytes(start), False
            start += chunk
        return bytes(start), True

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
            return await wait_until(self._request.deadline, self._chunks.__anext__())
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
        with suppress(TransportFailure):
            await cancel_after(REST_SECONDS, anext(self._chunks, None))

    async def aclose(self) -> None:
        discard_after_fork(self._inherited)
        if self._response is not None:
            try:
                await shield_to_completion(self._response.aclose())
                with suppress(RuntimeError):  # another task reads, and sees the end itself
                    await self._chunks.aclose()
            except BaseException as error:  # noqa: BLE001 - as in `Body`
                raise without_frames(error) from error.__cause__


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
    body = BytesIO()
    limit = request.max_body(response.status)
    for piece in unpacked(response):
        body.write(piece)
        if body.tell() > limit:
            return _cut_short(response, request, body)
        _check(request)
    _check(request)
    return _reply(response, request, body.getvalue())


async def _aread(response: AsyncIncoming, request: OutgoingRequest) -> Reply:
    """As `_read`; its caller checks the deadline."""
    if whole := _whole(response, request):
        return whole
    body = BytesIO()
    limit = request.max_body(response.status)
    async with aclosing(aunpacked(response)) as pieces:
        async for piece in pieces:
            body.write(piece)
            if body.tell() > limit:
                return _cut_short(response, request, body)
    return _reply(response, request, body.getvalue())


def _whole(response: Head, request: OutgoingRequest) -> Reply | None:
    """The reply if its body has come with the head, and is not compressed."""
    if "content-encoding" in response.headers or (body := response.whole()) is None:
        return None
    if len(body) > request.max_body(response.status):
        return _cut_short(response, request, BytesIO(body))
    return _reply(response, request, body)


def _cut_short(response: Head, request: OutgoingRequest, body: BytesIO) -> Reply:
    """The reply with what may be quoted of a body that is too long; the rest is dropped."""
    start = body.getvalue()[:MAX_QUOTED]
    body.close()
    return _reply(response, request, start, cut_short=True)


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
