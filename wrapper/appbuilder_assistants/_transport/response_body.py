"""The open body of an answer, and copying it to where it goes: for threads and for asyncio."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import replace

import httpx

from appbuilder_assistants._core.calls import NoReply, Save
from appbuilder_assistants._instrumentation.spans import CallSpan

from .cancellation import by, to_the_end
from .exchange import FAILURES, Sent, is_alone, without_frames
from .pool import let_go
from .unpack import aunpacked, unpacked

REST_SECONDS = 0.05
"""How long the end of a body may take that has told all: a new connection costs about as much."""


class Body:
    """The open body of an answer: chunks as they arrive, a `NoReply` if it breaks or is overdue.

    `span` is the call that goes on with it, until a stream takes that over.
    """

    call_span: CallSpan | None = None

    def __init__(self, response: httpx.Response, request: Sent) -> None:
        self._response = response
        self._request = request
        self._chunks = unpacked(response)
        self._process = os.getpid()
        self._release = threading.Lock()

    @property
    def seconds(self) -> float:
        """Since the request was sent."""
        return time.monotonic() - self._request.begun

    def peek(self, size: int) -> tuple[bytes, bool]:
        """The first bytes, up to the chunk that exceeds `size`, and whether that is not all."""
        start = bytearray()
        while len(start) <= size:
            chunk = next(self._chunks, None)
            self._request.check()
            if chunk is None:
                return bytes(start), False
            start += chunk
        return bytes(start), True

    def hurry(self, seconds: float) -> bool:
        """Wait for the rest for so long at the most. False if that cannot be had."""
        return self._request.hurry(self._response, seconds)

    def __iter__(self) -> Iterator[bytes | NoReply]:
        return self

    def __next__(self) -> bytes | NoReply:
        if self._request.is_overdue():
            return self._request.overdue()
        try:
            return next(self._chunks)
        except FAILURES as error:
            return self._request.lost(error)
        except BaseException as error:  # noqa: BLE001 - as in `_drive.py`
            raise without_frames(error) from error.__cause__

    def release(self) -> None:
        """Let others use the connection if nothing more comes than the body's end; else close it.

        Waits for that end for REST_SECONDS at the most. Does nothing while another thread does it:
        one that reads a stream's final event, for example, while this one cancels the run.
        """
        if self._process != os.getpid():
            self.close()
            return
        if not self._release.acquire(blocking=False):
            return
        response = self._response
        try:
            if (
                not response.is_closed
                and is_alone(response)
                and self._request.hurry(response, REST_SECONDS)
            ):
                next(self._chunks, None)
        except FAILURES:
            pass  # which is an end as well
        finally:
            self.close()

    def close(self) -> None:
        """Close the connection, whatever of the body is still to come."""
        if self._process != os.getpid():
            _disown(self)
            return
        self._response.close()


class AsyncBody:
    """As `Body`, on an event loop."""

    call_span: CallSpan | None = None

    def __init__(self, response: httpx.Response, request: Sent) -> None:
        self._response = response
        self._request = request
        self._chunks = aunpacked(response)
        self._ended = False
        self._is_released = False
        self._process = os.getpid()

    @property
    def seconds(self) -> float:
        """Since the request was sent."""
        return time.monotonic() - self._request.begun

    async def peek(self, size: int) -> tuple[bytes, bool]:
        """The first bytes, up to the chunk that exceeds `size`, and whether that is not all."""
        start = bytearray()
        while len(start) <= size:
            chunk = await anext(self._chunks, None)
            if chunk is None:
                self._ended = True
                return bytes(start), False
            start += chunk
        return bytes(start), True

    def hurry(self, seconds: float) -> bool:
        """As `Body.hurry`; it can always be had."""
        deadline, limit = self._request.deadline, time.monotonic() + seconds
        self._request = replace(
            self._request, deadline=limit if deadline is None else min(deadline, limit)
        )
        return True

    def __aiter__(self) -> AsyncIterator[bytes | NoReply]:
        return self

    async def __anext__(self) -> bytes | NoReply:
        if self._request.is_overdue():
            return self._request.overdue()
        try:
            return await by(self._request.deadline, self._chunks.__anext__())
        except StopAsyncIteration:
            self._ended = True
            raise
        except TimeoutError as error:
            return self._request.overdue(error)
        except FAILURES as error:
            return self._request.lost(error)
        except BaseException as error:  # noqa: BLE001 - as in `_drive.py`
            raise without_frames(error) from error.__cause__

    async def arelease(self) -> None:
        """As `Body.release`."""
        if self._process != os.getpid():
            await self.aclose()
            return
        if self._is_released:
            return
        self._is_released = True
        try:
            if not self._response.is_closed and is_alone(self._response):
                await to_the_end(self._read_end())
        finally:
            await self.aclose()

    async def _read_end(self) -> None:
        # anyio's kind of being cancelled, for which httpcore is right: see `_cancel.py`.
        from anyio import move_on_after

        with move_on_after(REST_SECONDS), suppress(*FAILURES):
            self._ended = await anext(self._chunks, None) is None

    async def aclose(self) -> None:
        """Close the connection, whatever of the body is still to come."""
        if self._process != os.getpid():
            _disown(self)
            return
        await to_the_end(self._close())

    async def _close(self) -> None:
        await self._response.aclose()
        stream = self._response.extensions.get("network_stream")
        if stream and not self._ended and is_alone(self._response):
            # httpcore has closed it, unless a cancelled read cut off its closing.
            await stream.aclose()


def _disown(body: Body | AsyncBody) -> None:
    """Forget an answer that a parent process is still reading, on a connection of its own."""
    fields = vars(body)
    let_go([fields.pop("_response", None), fields.pop("_chunks", None)])


def save(step: Save) -> NoReply | None:
    target, live = step.target, step.reply.live
    try:
        try:
            target.begin(step.reply.headers)
            target.write(step.reply.body)
            for chunk in live or ():
                if isinstance(chunk, NoReply):
                    return chunk
                target.write(chunk)
        finally:
            if live is not None:
                live.close()
        target.finish()
        return None
    finally:
        target.abandon()


async def asave(step: Save) -> NoReply | None:
    target, live = step.target, step.reply.live
    try:
        try:
            target.begin(step.reply.headers)
            await asyncio.to_thread(target.write, step.reply.body)
            if live is not None:
                async for chunk in live:
                    if isinstance(chunk, NoReply):
                        return chunk
                    await asyncio.to_thread(target.write, chunk)
        finally:
            if live is not None:
                await live.aclose()
        # Nothing waits here or behind it: being cancelled must not leave a file that nobody was
        # told of.
        target.finish()
        return None
    finally:
        target.abandon()
