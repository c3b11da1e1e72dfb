"""The only place where a step becomes I/O: once for threads, once for asyncio."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from typing import TypeVar, cast

import httpx

from ._core.calls import (
    Begin,
    End,
    Flow,
    Grace,
    NoReply,
    Outcome,
    Reply,
    RunTools,
    Save,
    Send,
    Sleep,
    Step,
)
from ._core.multipart import MultipartBody
from ._instrumentation.calls import Instrumentation
from ._settings.settings import Settings
from ._tools.runner import arun_tools, run_tools
from ._transport.blocking import off_loop, within
from ._transport.cancellation import by, sheltered, undisturbed
from ._transport.exchange import (
    FAILURES,
    Sent,
    beginning,
    can_unpack,
    longest,
    sent,
    tells_its_end,
    unwritable,
    without_frames,
)
from ._transport.pool import AsyncPool, Pool
from ._transport.response_body import AsyncBody, Body, asave, save
from ._transport.unpack import aunpacked, unpacked

T = TypeVar("T")


def deadline_of(settings: Settings) -> float | None:
    """When a call that begins now must be over, on the clock of `time.monotonic()`."""
    return None if settings.deadline is None else time.monotonic() + settings.deadline


def sooner(deadline: float | None, seconds: float) -> float:
    """The deadline, or so many seconds from now if that is sooner."""
    limit = time.monotonic() + seconds
    return limit if deadline is None else min(deadline, limit)


def is_past(deadline: float | None) -> bool:
    return deadline is not None and time.monotonic() >= deadline


def drive(
    flow: Flow[T], http: httpx.Client, settings: Settings, deadline: float | None = None
) -> T:
    """Carry a flow out, by `deadline` if that is given, else within the settings' deadline."""
    deadline = deadline_of(settings) if deadline is None else deadline
    with Instrumentation(settings) as instrumentation:
        try:
            step = flow.send(None)
            while True:
                try:
                    outcome, deadline = _act(step, http, settings, instrumentation, deadline)
                except BaseException as error:  # noqa: BLE001 - the flow raises it again
                    step = flow.throw(error)  # comes back only if there is something to clean up
                else:
                    step = flow.send(outcome)
        except StopIteration as stop:
            return _handed_over(cast(T, stop.value), instrumentation)


def finish(flow: Flow[T], pool: Pool, settings: Settings) -> T:
    """As `drive`, for a flow that cleans up."""
    return drive(flow, pool.http, settings)


async def adrive(
    flow: Flow[T], http: httpx.AsyncClient, settings: Settings, deadline: float | None = None
) -> T:
    """Carry a flow out on the running event loop."""
    deadline = deadline_of(settings) if deadline is None else deadline
    with Instrumentation(settings) as instrumentation:
        try:
            step = flow.send(None)
        except StopIteration as stop:
            return cast(T, stop.value)
        return _handed_over(
            await _asteps(flow, step, http, settings, instrumentation, deadline), instrumentation
        )


async def afinish(flow: Flow[T], pool: AsyncPool, settings: Settings) -> T:
    """As `adrive`, for a flow that cleans up: neither a task's end nor the client's cuts it off."""
    with pool.kept_open(asyncio.ensure_future(adrive(flow, pool.http, settings))) as work:
        return await undisturbed(work)


async def _asteps(
    flow: Flow[T],
    step: Step,
    http: httpx.AsyncClient,
    settings: Settings,
    instrumentation: Instrumentation,
    deadline: float | None,
) -> T:
    """Carry a flow out from this step on."""
    while True:
        try:
            outcome, deadline = await _aact(step, http, settings, instrumentation, deadline)
        except BaseException as error:  # noqa: BLE001 - the flow raises it again
            step = flow.throw(error)  # comes back only if there is something to clean up
            rest = _asteps(flow, step, http, settings, instrumentation, deadline)
            return await undisturbed(rest)
        try:
            step = flow.send(outcome)
        except StopIteration as stop:
            return cast(T, stop.value)


def _act(
    step: Step,
    http: httpx.Client,
    settings: Settings,
    instrumentation: Instrumentation,
    deadline: float | None,
) -> tuple[Outcome, float | None]:
    """What a step comes to, and the deadline from there on."""
    if isinstance(step, Send):
        reply = _perform(step, http, settings, deadline)
        instrumentation.attempt(step, reply)
        return reply, deadline
    if isinstance(step, Sleep):
        instrumentation.retry(step)
        late = _too_late(step, deadline)
        if late is None:
            time.sleep(step.seconds)
        return late, deadline
    if isinstance(step, Save):
        return save(step), deadline
    if isinstance(step, RunTools):
        return run_tools(step, instrumentation, deadline), deadline
    return None, _note(step, instrumentation, deadline)


async def _aact(
    step: Step,
    http: httpx.AsyncClient,
    settings: Settings,
    instrumentation: Instrumentation,
    deadline: float | None,
) -> tuple[Outcome, float | None]:
    """As `_act`."""
    if isinstance(step, Send):
        reply = await _aperform(step, http, settings, deadline)
        instrumentation.attempt(step, reply)
        return reply, deadline
    if isinstance(step, Sleep):
        instrumentation.retry(step)
        late = _too_late(step, deadline)
        if late is None:
            await asyncio.sleep(step.seconds)
        return late, deadline
    if isinstance(step, Save):
        return await asave(step), deadline
    if isinstance(step, RunTools):
        return await arun_tools(step, instrumentation, deadline), deadline
    return None, _note(step, instrumentation, deadline)


def _note(
    step: Begin | End | Grace, instrumentation: Instrumentation, deadline: float | None
) -> float | None:
    """Take in a step that needs no I/O; gives the deadline from here on."""
    if isinstance(step, Begin):
        instrumentation.begin(step.call)
    elif isinstance(step, End):
        instrumentation.end(step.result, step.error)
    else:
        return time.monotonic() + step.seconds
    return deadline


def _too_late(step: Sleep, deadline: float | None) -> NoReply | None:
    """What a pause comes to that would outlast the deadline: there is no use in beginning it."""
    if deadline is None or time.monotonic() + step.seconds < deadline:
        return None
    message = "the deadline does not leave time for another attempt"
    return NoReply(message, reached_server=True, timed_out=True, overdue=True)


def _handed_over(value: T, instrumentation: Instrumentation) -> T:
    """The value; an open stream takes along its call, which is over when the stream is."""
    if isinstance(value, Reply) and isinstance(value.live, (Body, AsyncBody)):
        value.live.call_span = instrumentation.hand_over()
    return value


# `auth=None`: the credentials of an http_client are for others, and would take our token's place.


def _perform(
    step: Send, http: httpx.Client, settings: Settings, deadline: float | None
) -> Reply | NoReply:
    body = step.request.body
    content = _form(body, deadline) if isinstance(body, MultipartBody) else body
    try:
        request = sent(step, http, settings, content, deadline)
    except UnicodeError as error:
        return unwritable(error)
    if request.is_overdue():
        return request.overdue(reached=False)
    try:
        response = http.send(request.http, auth=None, stream=True, follow_redirects=False)
        open_ = False
        try:
            request.check()
            if not can_unpack(response):
                return request.packed(response)
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
    step: Send, http: httpx.AsyncClient, settings: Settings, deadline: float | None
) -> Reply | NoReply:
    body = step.request.body
    content = _aform(body) if isinstance(body, MultipartBody) else body
    try:
        request = sent(step, http, settings, content, deadline)
    except UnicodeError as error:
        return unwritable(error)
    if request.is_overdue():
        return request.overdue(reached=False)
    try:
        return await by(deadline, sheltered(_aexchange(step, http, request), _discard))
    except TimeoutError as error:
        return request.overdue(error)
    except FAILURES as error:
        return request.lost(error)
    except BaseException as error:  # noqa: BLE001 - goes on, only without what it passed through
        raise without_frames(error) from error.__cause__


async def _discard(outcome: Reply | NoReply) -> None:
    """Close an answer that nobody waits for any more."""
    if isinstance(outcome, Reply) and outcome.live is not None:
        await outcome.live.aclose()


async def _aexchange(step: Send, http: httpx.AsyncClient, request: Sent) -> Reply | NoReply:
    response = await http.send(request.http, auth=None, stream=True, follow_redirects=False)
    open_ = False
    try:
        if not can_unpack(response):
            return request.packed(response)
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


def _read(response: httpx.Response, request: Sent) -> Reply | NoReply:
    """The whole answer, or the beginning of one that is too long. ReadTimeout if it is overdue.

    At any moment there are in memory: a buffer, which grows by an eighth at the most, and one piece
    (PIECE, or what httpx read at once). `getvalue` gives the buffer itself, without a copy.
    """
    body = BytesIO()
    limit = longest(response)
    for piece in unpacked(response):
        body.write(piece)
        if body.tell() > limit:
            return request.reply(response, beginning(body), cut_short=True)
        request.check()
    request.check()
    return request.reply(response, body.getvalue())


async def _aread(response: httpx.Response, request: Sent) -> Reply | NoReply:
    """As `_read`; who waits for it looks at the time."""
    body = BytesIO()
    limit = longest(response)
    async for piece in aunpacked(response):
        body.write(piece)
        if body.tell() > limit:
            return request.reply(response, beginning(body), cut_short=True)
    return request.reply(response, body.getvalue())


def _form(form: MultipartBody, deadline: float | None) -> Iterator[bytes]:
    """The body of an upload, piece by piece. WriteTimeout if the file gives none in time."""
    limit = deadline if form.file.may_block else None
    try:
        within(limit, form.file.rewind, _ignore)
        form.file.report()
        yield form.head
        while piece := within(limit, form.file.read, _ignore):
            yield piece
            form.file.report()
    except TimeoutError:
        raise httpx.WriteTimeout("the deadline passed while a file was read") from None
    yield form.tail


async def _aform(form: MultipartBody) -> AsyncIterator[bytes]:
    """As `_form`, off the event loop; who waits for it looks at the time."""
    if form.file.may_block:
        await off_loop(form.file.rewind, _ignore)
    else:
        form.file.rewind()
    form.file.report()
    yield form.head
    while piece := (
        await off_loop(form.file.read, _ignore) if form.file.may_block else form.file.read()
    ):
        yield piece
        form.file.report()
    yield form.tail


def _ignore(late: object) -> None:
    """Nothing is to be done with what comes too late."""
