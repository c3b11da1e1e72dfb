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

from ._core.calls import Flow, Lost, Outcome, Reply, Send, Sleep
from ._core.decode import EVENT_STREAM, is_event_stream
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
        else:
            outcome = await _aperform(step, http, settings)


class Body:
    """The open body of an event stream: chunks as they arrive, a `Lost` if it breaks."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._chunks = response.iter_bytes()

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
    request = _request(step, http, settings)
    try:
        response = http.send(request, stream=True, follow_redirects=False)
        if step.stream and is_event_stream(response.status_code, response.headers):
            return _reply(response, b"", Body(response))
        try:
            return _reply(response, response.read())
        finally:
            response.close()
    except FAILURES as error:
        return _lost(error, request)


async def _aperform(step: Send, http: httpx.AsyncClient, settings: Settings) -> Outcome:
    request = _request(step, http, settings)
    try:
        response = await http.send(request, stream=True, follow_redirects=False)
        if step.stream and is_event_stream(response.status_code, response.headers):
            return _reply(response, b"", AsyncBody(response))
        try:
            return _reply(response, await response.aread())
        finally:
            await response.aclose()
    except FAILURES as error:
        return _lost(error, request)


def _request(
    step: Send, http: httpx.Client | httpx.AsyncClient, settings: Settings
) -> httpx.Request:
    request_id = str(uuid.uuid4())
    headers = {
        "Authorization": settings.authorization,
        "Content-Type": "application/json",
        "Accept": f"{EVENT_STREAM}, application/json" if step.stream else "application/json",
        "User-Agent": USER_AGENT,
        "X-Appbuilder-Request-Id": request_id,
        "X-Bce-Request-Id": request_id,
    }
    if step.stream:
        # A compressed stream reaches the reader only when the compressor lets go of it.
        headers["Accept-Encoding"] = "identity"
    return http.build_request(
        step.request.method,
        settings.base_url + step.request.path,
        content=step.request.body,
        headers=headers,
        timeout=_timeout(step, settings),
    )


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


def _lost(error: Exception, request: httpx.Request) -> Lost:
    url = request.url
    gateway = f"{url.scheme}://{url.netloc.decode('ascii')}"
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
