"""The only place where a step becomes I/O: once for threads, once for asyncio."""

from __future__ import annotations

import asyncio
import platform
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

import httpx

from ._core.calls import Flow, Lost, Outcome, Reply, Save, Send, Sleep, never
from ._core.multipart import Form
from ._settings import Settings
from ._version import __version__

T = TypeVar("T")

CONNECT_SECONDS = 5.0
WRITE_SECONDS = 30.0
USER_AGENT = f"appbuilder-assistants/{__version__} python/{platform.python_version()}"

# httpcore closes every idle connection once more than this many are kept alive, so the number kept
# is the number allowed.
LIMITS = httpx.Limits(max_connections=200, max_keepalive_connections=200)

# Raised before a byte of the request could have arrived.
UNREACHED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
FAILURES = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError)


def new_http(base_url: str) -> httpx.Client:
    """A connection pool for one client. ValueError: the environment's proxy cannot be used."""
    with usable_proxy():
        return httpx.Client(limits=LIMITS, trust_env=not is_loopback(base_url))


def new_async_http(base_url: str) -> httpx.AsyncClient:
    """A connection pool for one asynchronous client. ValueError as for `new_http`."""
    with usable_proxy():
        return httpx.AsyncClient(limits=LIMITS, trust_env=not is_loopback(base_url))


def is_loopback(base_url: str) -> bool:
    """Whether the gateway is this machine, which a proxy cannot reach."""
    host = httpx.URL(base_url).host
    return host in ("localhost", "::1") or host.startswith("127.")


@contextmanager
def usable_proxy() -> Iterator[None]:
    """Turn what httpx says of a proxy it cannot use into an error that says where it comes from."""
    try:
        yield
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        raise ValueError(
            "the proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names cannot be used "
            f"({type(error).__name__}); correct or unset the variable, or pass "
            "http_client= with a proxy of your own"
        ) from error


def check_gateway(url: str) -> None:
    """Refuse, by ValueError, a URL that httpx would refuse at the first call."""
    try:
        _ = httpx.URL(url).host
    except (httpx.InvalidURL, ValueError) as error:
        raise ValueError(f"gateway_url: {error}, in {url[:80]!r}") from error


def check_http(http: httpx.Client) -> httpx.Client:
    """The caller's own pool. Raises TypeError for one of the wrong kind."""
    if isinstance(http, httpx.Client):
        return http
    raise TypeError(f"http_client: AppBuilder takes an httpx.Client, got {_kind(http)}")


def check_async_http(http: httpx.AsyncClient) -> httpx.AsyncClient:
    """The caller's own asynchronous pool. Raises TypeError for one of the wrong kind."""
    if isinstance(http, httpx.AsyncClient):
        return http
    raise TypeError(f"http_client: AsyncAppBuilder takes an httpx.AsyncClient, got {_kind(http)}")


def _kind(value: object) -> str:
    return f"{type(value).__module__}.{type(value).__name__}"


def drive(flow: Flow[T], http: httpx.Client, settings: Settings) -> T:
    """Carry a flow out."""
    outcome: Outcome = None
    while True:
        try:
            step = flow.send(outcome)
        except StopIteration as stop:
            return cast(T, stop.value)
        if isinstance(step, Sleep):
            time.sleep(step.seconds)
            outcome = None
        elif isinstance(step, Save):
            outcome = _save(step)
        else:
            outcome = _perform(step, http, settings)


async def adrive(flow: Flow[T], http: httpx.AsyncClient, settings: Settings) -> T:
    """Carry a flow out on the running event loop."""
    outcome: Outcome = None
    while True:
        try:
            step = flow.send(outcome)
        except StopIteration as stop:
            return cast(T, stop.value)
        if isinstance(step, Sleep):
            await asyncio.sleep(step.seconds)
            outcome = None
        elif isinstance(step, Save):
            outcome = await _asave(step)
        else:
            outcome = await _aperform(step, http, settings)


class Body:
    """The open body of an answer: chunks as they arrive, a `Lost` if it breaks."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
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
        try:
            return next(self._chunks)
        except FAILURES as error:
            return _lost(error, self._response.request)

    def close(self) -> None:
        """Close the connection, whatever of the body is still to come."""
        self._response.close()


class AsyncBody:
    """As `Body`, on an event loop."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._chunks = response.aiter_bytes()

    async def peek(self, size: int) -> tuple[bytes, bool]:
        """The first bytes, up to the chunk that exceeds `size`, and whether that is not all."""
        start = bytearray()
        while len(start) <= size:
            chunk = await anext(self._chunks, None)
            if chunk is None:
                return bytes(start), False
            start += chunk
        return bytes(start), True

    def __aiter__(self) -> AsyncIterator[bytes | Lost]:
        return self

    async def __anext__(self) -> bytes | Lost:
        try:
            return await self._chunks.__anext__()
        except FAILURES as error:
            return _lost(error, self._response.request)

    async def aclose(self) -> None:
        """Close the connection, whatever of the body is still to come."""
        await self._response.aclose()


def _perform(step: Send, http: httpx.Client, settings: Settings) -> Outcome:
    body = step.request.body
    content = _form(body) if isinstance(body, Form) else body
    request = _request(step, http, settings, content)
    try:
        response = http.send(request, stream=True, follow_redirects=False)
        open_ = False
        try:
            if not step.leave_open(response.status_code, response.headers):
                return _reply(response, response.read())
            if step.peek and not _tells_its_end(response):
                return _endless(request)
            live = Body(response)
            start, open_ = live.peek(step.peek) if step.peek else (b"", True)
            return _reply(response, start, live if open_ else None)
        finally:
            if not open_:
                response.close()
    except FAILURES as error:
        return _lost(error, request)


async def _aperform(step: Send, http: httpx.AsyncClient, settings: Settings) -> Outcome:
    body = step.request.body
    content = _aform(body) if isinstance(body, Form) else body
    request = _request(step, http, settings, content)
    try:
        response = await http.send(request, stream=True, follow_redirects=False)
        open_ = False
        try:
            if not step.leave_open(response.status_code, response.headers):
                return _reply(response, await response.aread())
            if step.peek and not _tells_its_end(response):
                return _endless(request)
            live = AsyncBody(response)
            start, open_ = await live.peek(step.peek) if step.peek else (b"", True)
            return _reply(response, start, live if open_ else None)
        finally:
            if not open_:
                await response.aclose()
    except FAILURES as error:
        return _lost(error, request)


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


def _request(
    step: Send,
    http: httpx.Client | httpx.AsyncClient,
    settings: Settings,
    content: bytes | Iterator[bytes] | AsyncIterator[bytes],
) -> httpx.Request:
    request_id = str(uuid.uuid4())
    headers = {
        "Authorization": settings.authorization,
        "Content-Type": step.request.content_type,
        "Accept": step.accept,
        "User-Agent": USER_AGENT,
        "X-Appbuilder-Request-Id": request_id,
        "X-Bce-Request-Id": request_id,
    }
    body = step.request.body
    if isinstance(body, Form) and body.length is not None:
        headers["Content-Length"] = str(body.length)
    if step.leave_open is not never:
        # A compressed stream reaches the reader only when the compressor lets go of it, and a
        # compressed file tells the length of something else.
        headers["Accept-Encoding"] = "identity"
    return http.build_request(
        step.request.method,
        settings.base_url + step.request.path,
        params=dict(step.request.query) or None,
        content=content,
        headers=headers,
        timeout=_timeout(step, settings),
    )


def _tells_its_end(response: httpx.Response) -> bool:
    """Whether a body that is cut off can be told from one that is over."""
    headers = response.headers
    told = "content-length" in headers or "transfer-encoding" in headers
    return told or not response.http_version.startswith("HTTP/1")


def _timeout(step: Send, settings: Settings) -> httpx.Timeout:
    limits = settings.timeout
    if limits is None:
        # Waiting for a free connection is waiting for other calls' answers.
        read = step.read_seconds
        return httpx.Timeout(connect=CONNECT_SECONDS, read=read, write=WRITE_SECONDS, pool=read)
    if isinstance(limits, (int, float)):
        return httpx.Timeout(limits)
    return httpx.Timeout(
        connect=limits.connect, read=limits.read, write=limits.write, pool=limits.pool
    )


def _reply(response: httpx.Response, body: bytes, live: object = None) -> Reply:
    return Reply(response.status_code, response.headers, body, live, time.time())


def _endless(request: httpx.Request) -> Lost:
    return Lost(
        f"the answer of {_gateway(request)} does not tell where it ends (neither Content-Length "
        "nor chunks), so that nobody could see whether it was cut off",
        reached_server=True,
        request_id=request.headers["X-Appbuilder-Request-Id"],
    )


def _gateway(request: httpx.Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc.decode('ascii')}"


def _lost(error: Exception, request: httpx.Request) -> Lost:
    gateway = _gateway(request)
    reached = not isinstance(error, UNREACHED)
    timed_out = isinstance(error, httpx.TimeoutException)
    why = str(error) or type(error).__name__
    if timed_out:
        what = f"{gateway} was silent for too long" if reached else f"no connection to {gateway}"
        limits = ", ".join(f"{k} {v:g} s" for k, v in request.extensions["timeout"].items() if v)
        message = f"{what} ({type(error).__name__}; the limits are {limits})"
    elif reached:
        message = f"the answer of {gateway} broke off or cannot be read: {why}"
    else:
        message = f"no connection to {gateway}: {why}"
    return Lost(message, reached, timed_out, request.headers["X-Appbuilder-Request-Id"], error)
