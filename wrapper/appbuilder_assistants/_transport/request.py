"""The outgoing request: a step's request, with the additions of the client's settings."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import TYPE_CHECKING

from appbuilder_assistants._core.calls import Send, never
from appbuilder_assistants._core.limits import MAX_BODY, MAX_ERROR_BODY
from appbuilder_assistants._settings.settings import Settings, with_headers
from appbuilder_assistants._version import __version__

from .blocking import off_loop, read_ahead, within
from .protocols import Limits, OutgoingRequest, TransportFailure
from .unpack import ACCEPTED

if TYPE_CHECKING:
    from appbuilder_assistants._core.multipart import MultipartBody
    from appbuilder_assistants._settings.settings import TimeoutLike

CONNECT_SECONDS = 5.0
WRITE_SECONDS = 30.0
USER_AGENT = f"appbuilder-assistants/{__version__} python/{sys.version.split()[0]}"


def build_request(
    step: Send, settings: Settings, timeout: TimeoutLike | None, deadline: float | None
) -> OutgoingRequest:
    """The request of a step. `timeout` is the transport's, for settings without one."""
    request, body = step.request, step.request.body
    key = None
    if isinstance(body, bytes):  # a form's content type has a boundary of its own
        key = None if request.query else (request.path, step.accept, step.leave_open)
        if settings.extra_body:
            body = _with_extra(body, settings)
    found = settings.prepared.get(key)
    if found is None:
        found = settings.base_url + request.path, _headers(step, settings), {}
        if key is not None:
            settings.prepared[key] = found
    url, headers, memo = found
    return OutgoingRequest(
        request.method,
        url,
        request.query,
        headers,
        settings.authorization,
        body,
        _limits(step, settings, timeout),
        deadline,
        step.leave_open,
        step.peek,
        _max_body,
        _random_uuid(),
        settings.base_url,
        settings.gateway_from,
        memo,
    )


_spare: list[str] = []
"""Digits of further ids: each system call is a moment at which another thread begins to run."""
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_spare.clear)  # or parent and child would have the same


def _random_uuid() -> str:
    """A UUID of version 4. The module for them takes longer to import than this package."""
    try:
        digits = _spare.pop()
    except IndexError:
        fresh = os.urandom(16 * 64).hex()
        digits = fresh[:32]
        _spare.extend([fresh[at : at + 32] for at in range(32, len(fresh), 32)])
    variant = "89ab"[int(digits[16], 16) % 4]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def _headers(step: Send, settings: Settings) -> dict[str, str]:
    """Those that are the same for all requests of an operation."""
    return {
        **with_headers({"User-Agent": USER_AGENT}, settings.default_headers),
        "Content-Type": step.request.content_type,
        "Accept": step.accept,
        # A compressed stream reaches the reader only when the compressor flushes it, and a
        # compressed file has the length of something else.
        "Accept-Encoding": ACCEPTED if step.leave_open is never else "identity",
    }


def pieces(form: MultipartBody, deadline: float | None) -> Iterator[bytes]:
    """The body of an upload, piece by piece. TransportFailure if the file gives none in time."""
    limit = deadline if form.file.may_block else None
    sent = 0
    try:
        read = within(limit, form.file.rewind, _ignore)
        form.file.report(sent)
        yield form.head
        while piece := within(limit, read, _ignore):
            yield piece
            sent += len(piece)
            form.file.report(sent)
    except TimeoutError:
        raise TransportFailure("file", timed_out=True) from None
    yield form.tail


async def apieces(form: MultipartBody) -> AsyncGenerator[bytes, None]:
    """As `pieces`, off the event loop; its caller checks the deadline."""
    sent = 0
    if form.file.may_block:
        read = await off_loop(form.file.rewind, _ignore)
    else:
        read = form.file.rewind()
    form.file.report(sent)
    yield form.head
    if form.file.may_block:
        async with aclosing(read_ahead(read)) as ahead:
            async for piece in ahead:
                yield piece
                sent += len(piece)
                form.file.report(sent)
    else:
        while piece := read():
            yield piece
            sent += len(piece)
            form.file.report(sent)
    yield form.tail


def _ignore(late: object) -> None:
    """Ignore a result that comes too late."""


def _max_body(status: int) -> int:
    return MAX_BODY if 200 <= status < 300 else MAX_ERROR_BODY


def _with_extra(body: bytes, settings: Settings) -> bytes:
    """The JSON body with the fields that every request of this client has; the call's own win."""
    merged = {**settings.extra_body, **json.loads(body)}
    return json.dumps(merged, ensure_ascii=False, separators=(",", ":")).encode()


def _limits(step: Send, settings: Settings, timeout: TimeoutLike | None) -> Limits:
    limits = timeout if settings.timeout is None else settings.timeout
    if limits is None:
        # Waiting for a free connection is waiting for other calls' replies.
        return Limits(step.read_seconds, CONNECT_SECONDS, WRITE_SECONDS, step.read_seconds)
    if isinstance(limits, (int, float)):
        return Limits(limits, limits, limits, limits)
    return Limits(limits.pool, limits.connect, limits.write, limits.read)
