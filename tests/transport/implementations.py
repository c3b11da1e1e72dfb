"""The transports that the tests here run against: one line each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from appbuilder_assistants._transport.connect import Verify, trusted
from appbuilder_assistants._transport.with_h11 import fast_exchange, idle
from appbuilder_assistants._transport.with_h11.transport import (
    AsyncSocketTransport,
    SocketTransport,
)
from appbuilder_assistants._transport.with_httpx import clients
from appbuilder_assistants._transport.with_httpx.transport import (
    AsyncHttpxTransport,
    HttpxTransport,
)

from tests.transport.harness import OnLoop, Threads


@dataclass(frozen=True)
class Options:
    """A test's settings of a transport: `proxy` is that of the environment as well."""

    verify: Verify = True
    places: int = 10
    proxy: str | None = None


@dataclass(frozen=True)
class Implementation:
    """A transport to test. `make` gives it with the client to be closed after it, if any."""

    name: str
    parser: str
    is_async: bool
    owns_connections: bool
    make: Callable[[Options, pytest.MonkeyPatch], tuple[Any, Any]]

    def harness(
        self, options: Options, monkeypatch: pytest.MonkeyPatch
    ) -> tuple[Threads | OnLoop, Any]:
        transport, client = self.make(options, monkeypatch)
        assert transport.parts("http://127.0.0.1")["parser"] == self.parser
        return (OnLoop if self.is_async else Threads)(transport), client


def httpx_own(kind: Any) -> Callable[[Options, pytest.MonkeyPatch], tuple[Any, Any]]:
    def make(options: Options, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
        limits = httpx.Limits(max_connections=options.places)
        monkeypatch.setattr(clients, "LIMITS", limits)
        return kind(options.verify), None

    return make


def httpx_given(kind: Any) -> Callable[[Options, pytest.MonkeyPatch], tuple[Any, Any]]:
    def make(options: Options, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
        client = kind.client_class(
            verify=trusted(options.verify),
            limits=httpx.Limits(max_connections=options.places),
            proxy=options.proxy,
            trust_env=False,
        )
        return kind(given=client), client

    return make


def own(kind: Any, parser: str) -> Callable[[Options, pytest.MonkeyPatch], tuple[Any, Any]]:
    def make(options: Options, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
        monkeypatch.setattr(fast_exchange, "chosen", parser)
        monkeypatch.setattr(idle, "MAX_CONNECTIONS", options.places)
        return kind(options.verify), None

    return make


IMPLEMENTATIONS = [
    *(
        Implementation(f"{parser}{ending}", parser, bool(ending), True, own(kind, parser))
        for parser in ("h11", "httptools")
        for ending, kind in (("", SocketTransport), ("-async", AsyncSocketTransport))
    ),
    Implementation("httpx-own", "h11", False, True, httpx_own(HttpxTransport)),
    Implementation("httpx-given", "h11", False, False, httpx_given(HttpxTransport)),
    Implementation("httpx-own-async", "h11", True, True, httpx_own(AsyncHttpxTransport)),
    Implementation("httpx-given-async", "h11", True, False, httpx_given(AsyncHttpxTransport)),
]
