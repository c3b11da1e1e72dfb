"""The only place where a step becomes I/O: once for threads, once for asyncio."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from typing import TypeVar, cast

import httpx

from ._cancel import sheltered, to_the_end, undisturbed
from ._core.calls import (
    Begin,
    End,
    Flow,
    Grace,
    Lost,
    Outcome,
    Reply,
    RunTools,
    Save,
    Send,
    Sleep,
    Step,
)
from ._core.multipart import Form
from ._exchange import (
    FAILURES,
    Sent,
    is_packed_twice,
    longest,
    sent,
    tells_its_end,
    unwritable,
    without_frames,
)
from ._pool import AsyncPool, Pool
from ._settings import Settings
from ._tool_runner import arun_tools, run_tools
from ._watch import Watch, Watched

T = TypeVar("T")


def deadline_of(settings: Settings) -> float | None:
    """When a call that begins now must be over, on the clock of `time.monotonic()`."""
    return None if settings.deadline is None else time.monotonic() + settings.deadline


def sooner(until: float | None, seconds: float) -> float:
    """The deadline, or so many seconds from now."""
    limit = time.monotonic() + seconds
    return limit if until is None else min(until, limit)


def is_past(until: float | None) -> bool:
    return until is not None and time.monotonic() >= until


def drive(flow: Flow[T], http: httpx.Client, settings: Settings, until: float | None = None) -> T:
    """Carry a flow out, by `until` if that is given, else within the settings' deadline."""
    until = deadline_of(settings) if until is None else until
    with Watch(settings) as watch:
        try:
            step = flow.send(None)
            while True:
                try:
                    outcome, until = _act(step, http, settings, watch, until)
                except BaseException as error:  # noqa: BLE001 - the flow raises it again
                    step = flow.throw(error)  # comes back only if there is something to clean up
                else:
                    step = flow.send(outcome)
        except StopIteration as stop:
            return _handed_over(cast(T, stop.value), watch)


def finish(flow: Flow[T], pool: Pool, settings: Settings) -> T:
    """As `drive`, for a flow that cleans up."""
    return drive(flow, pool.http, settings)


async def adrive(
    flow: Flow[T], http: httpx.AsyncClient, settings: Settings, until: float | None = None
) -> T:
    """Carry a flow out on the running event loop."""
    until = deadline_of(settings) if until is None else until
    with Watch(settings) as watch:
        try:
            step = flow.send(None)
        except StopIteration as stop:
            return cast(T, stop.value)
        return _handed_over(await _asteps(flow, step, http, settings, watch, until), watch)


async def afinish(flow: Flow[T], pool: AsyncPool, settings: Settings) -> T:
    """As `adrive`, for a flow that cleans up: neither a task's end nor the client's cuts it off."""
    with pool.kept_open(asyncio.ensure_future(adrive(flow, pool.http, settings))) as work:
        return await undisturbed(work)


async def _asteps(
    flow: Flow[T],
    step: Step,
    http: httpx.AsyncClient,
    settings: Settings,
    watch: Watch,
    until: float | None,
) -> T:
    """Carry a flow out from this step on."""
    while True:
        try:
            outcome, until = await _aact(step, http, settings, watch, until)
        except BaseException as error:  # noqa: BLE001 - the flow raises it again
            step = flow.throw(error)  # comes back only if there is something to clean up
            rest = _asteps(flow, step, http, settings, watch, until)
            return await undisturbed(rest)
        try:
            step = flow.send(outcome)
        except StopIteration as stop:
            return cast(T, stop.value)


def _act(
    step: Step, http: httpx.Client, settings: Settings, watch: Watch, until: float | None
) -> tuple[Outcome, float | None]:
    """What a step comes to, and the deadline from there on."""
    if isinstance(step, Send):
        reply = _perform(step, http, settings, until)
        watch.attempt(step, reply)
        return reply, until
    if isinstance(step, Sleep):
        watch.retry(step)
        late = _too_late(step, until)
        if late is None:
            time.sleep(step.seconds)
        return late, until
    if isinstance(step, Save):
        return _save(step), until
    if isinstance(step, RunTools):
        return run_tools(step, watch, until), until
    return None, _note(step, watch, until)


async def _aact(
    step: Step, http: httpx.AsyncClient, settings: Settings, watch: Watch, until: float | None
) -> tuple[Outcome, float | None]:
    """As `_act`."""
    if isinstance(step, Send):
        reply = await _aperform(step, http, settings, until)
        watch.attempt(step, reply)
        return reply, until
    if isinstance(step, Sleep):
        watch.retry(step)
        late = _too_late(step, until)
        if late is None:
            await asyncio.sleep(step.seconds)
        return late, until
    if isinstance(step, Save):
        return await _asave(step), until
    if isinstance(step, RunTools):
        return await arun_tools(step, watch, until), until
    return None, _note(step, watch, until)


def _note(step: Begin | End | Grace, watch: Watch, until: float | None) -> float | None:
    """Take in a step that needs no I/O; gives the deadline from here on."""
    if isinstance(step, Begin):
        watch.begin(step.call)
    elif isinstance(step, End):
        watch.end(step.result, step.error)
    else:
        return time.monotonic() + step.seconds
    return until


def _too_late(step: Sleep, until: float | None) -> Lost | None:
    """What a pause comes to that would outlast the deadline: there is no use in beginning it."""
    if until is None or time.monotonic() + step.seconds < until:
        return None
    message = "the deadline does not leave time for another attempt"
    return Lost(message, reached_server=True, timed_out=True, overdue=True)


def _handed_over(value: T, watch: Watch) -> T:
    """An open stream is over when it is closed, and not before."""
    if isinstance(value, Reply) and isinstance(value.live, (Body, AsyncBody)):
        value.live.watched = watch.hand_over()
    return value


async def by(until: float | None, what: Awaitable[T]) -> T:
    """Wait for something, but not for longer than until then. Raises TimeoutError."""
    if until is None:
        return await what
    left = until - time.monotonic()
    if sys.version_info >= (3, 11):
        async with asyncio.timeout(left):
            return await what
    try:
        return await asyncio.wait_for(what, left)
    except asyncio.TimeoutError:
        raise TimeoutError from None


class Body:
    """The open body of an answer: chunks as they arrive, a `Lost` if it breaks or is overdue."""

    watched: Watched | None = None

    def __init__(self, response: httpx.Response, request: Sent) -> None:
        self._response = response
        self._request = request
        self._chunks = response.iter_bytes()

    def peek(self, size: int) -> tuple[bytes, bool]:
        """The first bytes, up to the chunk that exceeds `size`, and whether that is not all."""
        start = bytearray()
        while len(start) <= size:
            chunk = next(self._chunks, None)
            if chunk is None:
                return bytes(start), False
            start += chunk
        return bytes(start), True

    def __iter__(self) -> Iterator[bytes | Lost]:
        return self

    def __next__(self) -> bytes | Lost:
        if self._request.is_overdue():
            return self._request.overdue()
        try:
            return next(self._chunks)
        except FAILURES as error:
            return self._request.lost(error)
        except BaseException as error:  # noqa: BLE001 - as in `_perform`
            raise without_frames(error) from error.__cause__

    def close(self) -> None:
        """Close the connection, whatever of the body is still to come."""
        self._response.close()
        if self.watched is not None:
            self.watched.finish()


class AsyncBody:
    """As `Body`, on an event loop."""

    watched: Watched | None = None

    def __init__(self, response: httpx.Response, request: Sent) -> None:
        self._response = response
        self._request = request
        self._chunks = response.aiter_bytes()
        self._ended = False

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

    def __aiter__(self) -> AsyncIterator[bytes | Lost]:
        return self

    async def __anext__(self) -> bytes | Lost:
        if self._request.is_overdue():
            return self._request.overdue()
        try:
            return await by(self._request.until, self._chunks.__anext__())
        except StopAsyncIteration:
            self._ended = True
            raise
        except TimeoutError as error:
            return self._request.overdue(error)
        except FAILURES as error:
            return self._request.lost(error)
        except BaseException as error:  # noqa: BLE001 - as in `_perform`
            raise without_frames(error) from error.__cause__

    async def aclose(self) -> None:
        """Close the connection, whatever of the body is still to come."""
        await to_the_end(self._close())
        if self.watched is not None:
            self.watched.finish()

    async def _close(self) -> None:
        await self._response.aclose()
        stream = self._response.extensions.get("network_stream")
        if stream and not self._ended and self._response.http_version.startswith("HTTP/1"):
            # httpcore has closed it, unless a cancelled read cut off its closing.
            await stream.aclose()


def _perform(
    step: Send, http: httpx.Client, settings: Settings, until: float | None
) -> Reply | Lost:
    body = step.request.body
    content = _form(body) if isinstance(body, Form) else body
    try:
        request = sent(step, http, settings, content, until)
    except UnicodeError as error:
        return unwritable(error)
    if request.is_overdue():
        return request.overdue(reached=False)
    try:
        response = http.send(request.http, stream=True, follow_redirects=False)
        open_ = False
        try:
            if is_packed_twice(response):
                return request.packed()
            if not step.leave_open(response.status_code, response.headers):
                return _read(response, request)
            if step.peek and not tells_its_end(response):
                return request.endless()
            live = Body(response, request)
            start, open_ = live.peek(step.peek) if step.peek else (b"", True)
            return request.reply(response, start, live if open_ else None)
        finally:
            if not open_:
                response.close()
    except FAILURES as error:
        return request.lost(error)
    except BaseException as error:  # noqa: BLE001 - goes on, only without what it passed through
        raise without_frames(error) from error.__cause__


async def _aperform(
    step: Send, http: httpx.AsyncClient, settings: Settings, until: float | None
) -> Reply | Lost:
    body = step.request.body
    content = _aform(body) if isinstance(body, Form) else body
    try:
        request = sent(step, http, settings, content, until)
    except UnicodeError as error:
        return unwritable(error)
    if request.is_overdue():
        return request.overdue(reached=False)
    try:
        return await by(until, sheltered(_aexchange(step, http, request), _discard))
    except TimeoutError as error:
        return request.overdue(error)
    except FAILURES as error:
        return request.lost(error)
    except BaseException as error:  # noqa: BLE001 - goes on, only without what it passed through
        raise without_frames(error) from error.__cause__


async def _discard(outcome: Reply | Lost) -> None:
    """Close an answer that nobody waits for any more."""
    if isinstance(outcome, Reply) and outcome.live is not None:
        await outcome.live.aclose()


async def _aexchange(step: Send, http: httpx.AsyncClient, request: Sent) -> Reply | Lost:
    response = await http.send(request.http, stream=True, follow_redirects=False)
    open_ = False
    try:
        if is_packed_twice(response):
            return request.packed()
        if not step.leave_open(response.status_code, response.headers):
            return await _aread(response, request)
        if step.peek and not tells_its_end(response):
            return request.endless()
        live = AsyncBody(response, request)
        start, open_ = await live.peek(step.peek) if step.peek else (b"", True)
        return request.reply(response, start, live if open_ else None)
    finally:
        if not open_:
            await response.aclose()


def _read(response: httpx.Response, request: Sent) -> Reply | Lost:
    """The whole answer, unless it is too long or takes too long."""
    body = bytearray()
    limit = longest(response)
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > limit:
            return request.reply(response, bytes(body), cut_short=True)
        if request.is_overdue():
            return request.overdue()
    return request.reply(response, bytes(body))


async def _aread(response: httpx.Response, request: Sent) -> Reply | Lost:
    """As `_read`; who waits for it looks at the time."""
    body = bytearray()
    limit = longest(response)
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > limit:
            return request.reply(response, bytes(body), cut_short=True)
    return request.reply(response, bytes(body))


def _form(form: Form) -> Iterator[bytes]:
    """The body of an upload, piece by piece."""
    form.file.rewind()
    form.file.report()
    yield form.head
    while piece := form.file.read():
        yield piece
        form.file.report()
    yield form.tail


async def _aform(form: Form) -> AsyncIterator[bytes]:
    """As `_form`. The file is read in a worker thread: a slow disk does not stop the loop."""
    form.file.rewind()
    form.file.report()
    yield form.head
    while piece := await asyncio.to_thread(form.file.read):
        yield piece
        form.file.report()
    yield form.tail


def _save(step: Save) -> Lost | None:
    target, live = step.target, step.reply.live
    try:
        target.begin(step.reply.headers)
        target.write(step.reply.body)
        for chunk in live or ():
            if isinstance(chunk, Lost):
                return chunk
            target.write(chunk)
        target.finish()
        return None
    finally:
        target.abandon()
        if live is not None:
            live.close()


async def _asave(step: Save) -> Lost | None:
    target, live = step.target, step.reply.live
    try:
        target.begin(step.reply.headers)
        await asyncio.to_thread(target.write, step.reply.body)
        if live is not None:
            async for chunk in live:
                if isinstance(chunk, Lost):
                    return chunk
                await asyncio.to_thread(target.write, chunk)
        # Not in a thread: being cancelled here must not leave a file that nobody was told of.
        target.finish()
        return None
    finally:
        target.abandon()
        if live is not None:
            await live.aclose()
