"""The httpx clients behind a transport: those of its own, or the one that was passed in."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, ClassVar, NamedTuple
from urllib.request import getproxies
from weakref import WeakKeyDictionary

import httpcore
import httpx

from appbuilder_assistants._settings.settings import TimeoutLike
from appbuilder_assistants._transport.connect import Verify, proxy_for, trusted
from appbuilder_assistants._transport.failures import CLOSED
from appbuilder_assistants._transport.forks import ForkAware, discard_after_fork
from appbuilder_assistants._transport.protocols import ON_HTTPX

# httpcore closes every idle connection once more than this many are kept alive, so the number kept
# is the number allowed. By default it forgets one after 5 seconds, which is less than many a pause
# between two calls, and than it takes a busy machine to make a hundred.
LIMITS = httpx.Limits(max_connections=200, max_keepalive_connections=200, keepalive_expiry=30.0)

HTTPX_TIMEOUT = httpx.Timeout(5.0)
"""That of an httpx client for which no other was set."""

# The token identifies the caller. A cookie that one response sets would go with every other call,
# and one that is not ASCII would make every later request impossible to write.
_NO_COOKIES = DefaultCookiePolicy(allowed_domains=())

_places: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
"""The semaphore of each httpx client: two clients of ours may share one."""


class Connections(NamedTuple):
    """An httpx client, and a semaphore of as many places as it may have connections."""

    http: Any
    places: Any


class HttpxClients(ForkAware):
    """One httpx client for each proxy that is needed, made on first use; or the one passed in."""

    client_class: ClassVar[Any]
    semaphore_class: ClassVar[Any]
    owner: ClassVar[str]

    def __init__(self, verify: Verify, given: Any) -> None:
        super().__init__()
        self._given = None
        self._options: dict[str, Any] = {}
        if given is None:
            # httpx would take proxies and certificates from the environment together, or neither.
            self._options = {"verify": trusted(verify), "trust_env": False}
        elif verify is not True:
            raise ValueError("verify: with an http_client of your own, say it there")
        elif not isinstance(given, self.client_class):
            kind = f"{type(given).__module__}.{type(given).__name__}"
            expected = f"an httpx.{self.client_class.__name__}"
            raise TypeError(f"http_client: {self.owner} takes {expected}, got {kind}")
        else:
            self._given = self._connections(given)
        self._proxies = getproxies()
        self._by_proxy: dict[str | None, Connections] = {}
        self._by_gateway: dict[str, Connections] = {}
        self._inherited: list[Any] = []
        self._lock = threading.Lock()
        self._is_closed = False

    @property
    def timeout(self) -> TimeoutLike | None:
        if self._given is None or self._given.http.timeout == HTTPX_TIMEOUT:
            return None
        timeout: TimeoutLike = self._given.http.timeout
        return timeout

    def parts(self, gateway_url: str) -> dict[str, str]:
        """See `Transport`."""
        return ON_HTTPX

    def check(self, gateway_url: str, source: str) -> None:
        """Raise ValueError for a URL that httpx refuses, or that has an unusable proxy."""
        problem = _url_problem(gateway_url)
        if problem:
            raise ValueError(f"{source}: {problem}, in {gateway_url[:80]!r}")
        if not self._is_closed:
            self.to(gateway_url)

    def to(self, gateway_url: str) -> Connections:
        """The connections to a gateway. Raises RuntimeError once closed."""
        if self._given is not None:
            return self._given
        if self._is_closed:
            raise RuntimeError(CLOSED)
        return self._by_gateway.get(gateway_url) or self._add(gateway_url)

    def after_fork(self) -> None:
        # Two processes on one connection would read each other's responses.
        self._lock = threading.Lock()
        self._forget()

    def take_all(self) -> list[Any]:
        """The clients that are to be closed; there will be no others."""
        self._is_closed = self._given is None
        discard_after_fork(self._inherited)
        return [connections.http for connections in self._by_proxy.values()]

    def _forget(self) -> None:
        self._inherited += self._by_proxy.values()
        self._by_proxy.clear()
        self._by_gateway.clear()

    def _add(self, gateway_url: str) -> Connections:
        with self._lock:
            discard_after_fork(self._inherited)
            proxy = proxy_for(gateway_url, self._proxies)
            if proxy not in self._by_proxy:
                self._by_proxy[proxy] = self._make(proxy)
            return self._by_gateway.setdefault(gateway_url, self._by_proxy[proxy])

    def _make(self, proxy: str | None) -> Connections:
        with _usable_proxy():
            cookies = CookieJar(_NO_COOKIES)
            return self._connections(
                self.client_class(proxy=proxy, limits=LIMITS, cookies=cookies, **self._options)
            )

    def _connections(self, http: Any) -> Connections:
        if http not in _places:
            _places[http] = self.semaphore_class(_bound(http))
        return Connections(http, _places[http])


def pools_of(http: Any) -> list[Any]:
    """The pools of httpcore's in a client; reaches into httpx, which does not hand them out."""
    transports = (http._transport, *http._mounts.values())
    pools = (getattr(transport, "_pool", None) for transport in transports)
    kinds = (httpcore.ConnectionPool, httpcore.AsyncConnectionPool)
    return [pool for pool in pools if isinstance(pool, kinds)]


def _bound(http: Any) -> float:
    """The number of requests in each of the pools; with HTTP/2, connections do not limit it."""
    bounds = (pool._max_connections for pool in pools_of(http) if not pool._http2)
    return min(bounds, default=math.inf)


@contextmanager
def _usable_proxy() -> Iterator[None]:
    """Turn httpx's error on an unusable proxy into one that names the proxy's source."""
    try:
        yield
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        # Of these, only the first is sure not to quote the proxy's password: it names a package.
        why = str(error) if isinstance(error, ImportError) else type(error).__name__
        raise ValueError(
            "the proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names cannot be used "
            f"({why}); correct or unset the variable, or pass "
            "http_client= with a proxy of your own"
        ) from error


def _url_problem(url: str) -> str:
    """The problem in httpx's words; without its frames, as their half-made URLs cannot be shown."""
    try:
        _ = httpx.URL(url).host
    except (httpx.InvalidURL, ValueError) as error:
        return str(error) or type(error).__name__
    return ""
