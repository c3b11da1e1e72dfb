"""The connections of one client: made, shared, made anew after a fork, closed."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, TypeVar

import httpx

from appbuilder_assistants._settings.settings import Settings

from .bounded import bounded
from .cancellation import running_loop
from .connect import Verify, is_direct, proxies, trusted, usable_proxy
from .deadline_sockets import keep_deadlines

T = TypeVar("T")

# httpcore closes every idle connection once more than this many are kept alive, so the number kept
# is the number allowed. By default it forgets one after 5 seconds, which is less than many a pause
# between two calls, and than it takes a busy machine to make a hundred.
LIMITS = httpx.Limits(max_connections=200, max_keepalive_connections=200, keepalive_expiry=30.0)

# The token says who calls. A cookie that one answer sets would go with every other call, whoever
# makes it, and one that is not ASCII would make every later request impossible to write.
_NO_COOKIES = DefaultCookiePolicy(allowed_domains=())

CLOSED = "this client is closed: make another one"
TWO_LOOPS = (
    "this AsyncAppBuilder is in use on another event loop, which is still running, and connections "
    "belong to one loop: make a client for each loop (in each thread), or use an AppBuilder, which "
    "threads may share"
)


NOT_COPIED = (
    "a client, and what belongs to one, holds connections and a token and is neither pickled nor "
    "deep-copied: make a client where it is needed (in the other process, from the environment), "
    "use `client.with_options()` for a copy that shares its connections; after a fork the client "
    "itself may be used"
)


class NotCopied:
    """Refuses to be pickled or deep-copied, and with it all that holds it."""

    def __reduce__(self) -> str:
        raise TypeError(NOT_COPIED)


class OpenStreams:
    """The streams whose runs are to be cancelled before their client is closed.

    Those that a parent process opened are the parent's to leave: a child begins with none.
    """

    def __init__(self) -> None:
        self._streams: set[Any] = set()
        self._process = os.getpid()

    def add(self, stream: object) -> None:
        self._here().add(stream)

    def discard(self, stream: object) -> bool:
        """Whether it was one of them."""
        known = stream in self._here()
        self._here().discard(stream)
        return known

    def any(self) -> Any:
        """One of them; None when there is none."""
        return next(iter(self._here()), None)

    def _here(self) -> set[Any]:
        if self._process != os.getpid():
            self._streams, self._process = set(), os.getpid()
        return self._streams


class Pool(NotCopied):
    """Connections for `AppBuilder`: its own, or an httpx client that its user made and closes."""

    def __init__(
        self, base_url: str, verify: Verify = True, given: httpx.Client | None = None
    ) -> None:
        """Raises TypeError or ValueError for what cannot be used."""
        self._options = _options(verify, given)
        self._direct = is_direct(base_url)
        self._own = given is None
        self._closed = False
        # A pool asks the environment for a proxy, or does not: for gateways of the other kind.
        self._other: Pool | None = None
        self._lock = threading.Lock()
        self.streams = OpenStreams()
        self._process = os.getpid()
        self._http = self._made() if given is None else _prepared(_check_http(given))

    @property
    def http(self) -> httpx.Client:
        """Raises RuntimeError once closed."""
        if self._own:
            if self._closed:
                raise RuntimeError(CLOSED)
            if self._process != os.getpid():
                self._after_fork()
        return self._http

    def fit_for(self, base_url: str, given: httpx.Client | None) -> Pool:
        """The connections for another gateway, or of another httpx client: these, if they can be.

        Raises as `__init__`.
        """
        if given is not None:
            return Pool(base_url, given=given)
        if not self._own or self._closed or is_direct(base_url) == self._direct:
            return self
        with self._lock:
            if self._other is None:
                self._other = Pool(base_url, self._options["verify"])
                self._other._other, self._other.streams = self, self.streams
            return self._other

    def close(self) -> None:
        """Close the connections, unless they are of an httpx client of the user's."""
        if self._own and not self._closed:
            self.http.close()
            self._closed = True
            if self._other is not None:
                self._other.close()

    def _after_fork(self) -> None:
        # Two processes on one connection would read each other's answers.
        with self._lock:
            if self._process != os.getpid():
                self._http, old = self._made(), [self._http]
                let_go(old)
                self._process = os.getpid()

    def _made(self) -> httpx.Client:
        with usable_proxy():
            mounts = {
                pattern: httpx.HTTPTransport(proxy=proxy, **self._options) if proxy else None
                for pattern, proxy in ({} if self._direct else proxies()).items()
            }
            return _prepared(httpx.Client(mounts=mounts, cookies=_no_jar(), **self._options))


class AsyncPool(NotCopied):
    """As `Pool`, for `AsyncAppBuilder`."""

    def __init__(
        self, base_url: str, verify: Verify = True, given: httpx.AsyncClient | None = None
    ) -> None:
        """Raises TypeError or ValueError for what cannot be used."""
        self._options = _options(verify, given)
        self._direct = is_direct(base_url)
        self._own = given is None
        self._closed = False
        self._other: AsyncPool | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self.streams = OpenStreams()
        self._process = os.getpid()
        self._needed_by: set[asyncio.Future[Any]] = set()
        self._http = self._made() if given is None else bounded(_check_async_http(given))

    @property
    def http(self) -> httpx.AsyncClient:
        """To be asked for on the event loop that is going to use it.

        Raises RuntimeError once closed, or when another loop that is running uses it.
        """
        if self._closed:
            raise RuntimeError(CLOSED)
        loop = running_loop()
        if self._loop is not loop or self._process != os.getpid():
            with self._lock:
                self._on_another(loop)
        return self._http

    def fit_for(self, base_url: str, given: httpx.AsyncClient | None) -> AsyncPool:
        """The connections for another gateway, or of another httpx client: these, if they can be.

        Raises as `__init__`.
        """
        if given is not None:
            return AsyncPool(base_url, given=given)
        if not self._own or self._closed or is_direct(base_url) == self._direct:
            return self
        with self._lock:
            if self._other is None:
                self._other = AsyncPool(base_url, self._options["verify"])
                self._other._other, self._other.streams = self, self.streams
            return self._other

    async def aclose(self) -> None:
        """Close the connections, unless they are of an httpx client of the user's."""
        if self._own and not self._closed:
            http = self.http
            if self._needed_by:
                await asyncio.wait(self._needed_by)
            await http.aclose()
            self._closed = True
            if self._other is not None:
                await self._other.aclose()

    @contextmanager
    def kept_open(self, work: asyncio.Future[T]) -> Iterator[asyncio.Future[T]]:
        """Closing waits until the work is done that the block waits for."""
        self._needed_by.add(work)
        try:
            yield work
        finally:
            self._needed_by.discard(work)

    def _on_another(self, loop: asyncio.AbstractEventLoop) -> None:
        # Connections belong to the loop that opened them: of one that has ended, or of another
        # process, they are of no use.
        forked = self._process != os.getpid()
        if self._loop is not None and self._loop.is_running() and not forked:
            raise RuntimeError(TWO_LOOPS)
        if self._own and (forked or self._loop is not None):
            self._http, old = self._made(), [self._http]
            let_go(old)
        if forked:
            self._needed_by.clear()
            self._process = os.getpid()
        self._loop = loop

    def _made(self) -> httpx.AsyncClient:
        with usable_proxy():
            mounts = {
                pattern: httpx.AsyncHTTPTransport(proxy=proxy, **self._options) if proxy else None
                for pattern, proxy in ({} if self._direct else proxies()).items()
            }
            return bounded(httpx.AsyncClient(mounts=mounts, cookies=_no_jar(), **self._options))


def _prepared(http: httpx.Client) -> httpx.Client:
    return bounded(keep_deadlines(http))


def let_go(old: list[Any]) -> None:
    """Forget connections without a word to the server, who may still be talking to the parent.

    Their sockets close as they go, without the warning that is meant for who forgets them.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        old.clear()
        gc.collect()


def _no_jar() -> CookieJar:
    return CookieJar(_NO_COOKIES)


def _options(verify: Verify, given: object) -> dict[str, Any]:
    if given is not None:
        if verify is not True:
            raise ValueError("verify: with an http_client of your own, say it there")
        return {}
    # httpx would take proxies and certificates from the environment together, or neither.
    return {"verify": trusted(verify), "trust_env": False, "limits": LIMITS}


def _check_http(http: httpx.Client) -> httpx.Client:
    if isinstance(http, httpx.Client):
        return http
    raise TypeError(f"http_client: AppBuilder takes an httpx.Client, got {_kind(http)}")


def _check_async_http(http: httpx.AsyncClient) -> httpx.AsyncClient:
    if isinstance(http, httpx.AsyncClient):
        return http
    raise TypeError(f"http_client: AsyncAppBuilder takes an httpx.AsyncClient, got {_kind(http)}")


def _kind(value: object) -> str:
    return f"{type(value).__module__}.{type(value).__name__}"


def check_gateway(settings: Settings) -> None:
    """Refuse, by ValueError, a URL that httpx would refuse at the first call."""
    url = settings.base_url
    problem = _gateway_problem(url)
    if problem:
        raise ValueError(f"{settings.gateway_from or 'gateway_url'}: {problem}, in {url[:80]!r}")


def _gateway_problem(url: str) -> str:
    """In httpx's words; without its frames, whose half-made URLs cannot be shown."""
    try:
        _ = httpx.URL(url).host
    except (httpx.InvalidURL, ValueError) as error:
        return str(error) or type(error).__name__
    return ""
