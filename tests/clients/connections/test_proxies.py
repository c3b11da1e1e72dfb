"""Proxies of the environment: the servers behind them, and common forms of NO_PROXY."""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import ApiConnectionError, RetryPolicy
from appbuilder_assistants._transport.connect import proxy_for

from tests.clients.bodies import RUN
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import RawServer, answer
from tests.transports import in_use

ONCE = RetryPolicy(attempts=1)


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def proxy(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> RawServer:
    """A proxy for all requests, which answers them itself."""
    server = serve(lambda exchange: exchange.send(answer(RUN)))
    monkeypatch.setenv("HTTP_PROXY", server.url)
    return server


ODD = [
    "[::1]",
    "fd00::/8",
    "10.0.0.0/8,fe80::/10",
    "[",
    "http://[",
    " , ,",
    "::::",
    "代理.公司",
    "a b",
]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("gateway", ["http://gw.example", "http://127.0.0.1:9"])
def test_odd_exceptions_without_a_proxy(
    harness: ClientHarness, monkeypatch: pytest.MonkeyPatch, gateway: str, odd: str
) -> None:
    """Without a proxy odd entries of NO_PROXY have no effect."""
    monkeypatch.setenv("NO_PROXY", odd)

    harness.client("k", gateway)

    assert proxy_for(gateway) is None


@pytest.mark.parametrize("odd", ODD)
def test_odd_exceptions(
    harness: ClientHarness, monkeypatch: pytest.MonkeyPatch, proxy: RawServer, odd: str
) -> None:
    """Unreadable entries are skipped, and the others count."""
    monkeypatch.setenv("NO_PROXY", f"{odd},.corp.example")
    client = harness.client("k", "http://gw.example", retry=ONCE)

    client.threads.runs.query("线程", "r")

    assert [e.path for e in proxy.exchanges] == ["http://gw.example/v2/threads/runs/query"]
    assert is_through_a_proxy(client, "http://gw.example")
    assert not is_through_a_proxy(client, "http://in.corp.example")


def is_through_a_proxy(client: Any, gateway: str) -> bool:
    """Only the choice of the proxy is tested: these hosts belong to others and get no request."""
    if in_use() == "httpx":
        pytest.skip("it is the transport for all gateways")
    transport = client.with_options(gateway_url=gateway)._caller.pool.transport
    assert (proxy_for(gateway) is None) == (transport.server(gateway) is not None)
    return proxy_for(gateway) is not None


DIRECT = {
    "192.0.2.7": "http://192.0.2.7",
    "192.0.2.0/24": "http://192.0.2.7",
    "192.0.2.9/24": "http://192.0.2.7",
    "[2001:db8::1]": "http://[2001:db8::1]",
    "2001:db8::1": "http://[2001:db8::1]",
    "2001:db8::/32": "http://[2001:db8::1]",
    "[2001:db8::1]:81": "http://[2001:db8::1]:81",
    "gw.example": "http://in.gw.example",
    ".example": "http://gw.example",
    "*": "http://gw.example",
    " gw.example , other": "http://gw.example",
}


@pytest.mark.parametrize("excepted", DIRECT)
def test_servers_that_are_reached_without_one(
    harness: ClientHarness, monkeypatch: pytest.MonkeyPatch, proxy: RawServer, excepted: str
) -> None:
    """Addresses with and without brackets, networks, domains: as curl has it."""
    monkeypatch.setenv("NO_PROXY", excepted)

    assert not is_through_a_proxy(harness.client("k", DIRECT[excepted]), DIRECT[excepted])


@pytest.mark.parametrize(
    "gateway", ["http://192.0.3.1", "http://[2001:db9::1]", "http://b.example"]
)
def test_servers_that_are_reached_through_one(
    harness: ClientHarness, monkeypatch: pytest.MonkeyPatch, proxy: RawServer, gateway: str
) -> None:
    """All other hosts are reached through the proxy."""
    monkeypatch.setenv("NO_PROXY", ",".join(name for name in DIRECT if name[0] not in "*."))
    client = harness.client("k", gateway, retry=ONCE)

    assert is_through_a_proxy(client, gateway)
    client.threads.runs.query("线程", "r")

    assert len(proxy.exchanges) == 1


def test_a_proxy_that_is_not_there(harness: ClientHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the variables of proxies, and not their values: these may hold a password."""
    with socket.socket() as bound:  # and not listening: it refuses connections
        bound.bind(("127.0.0.1", 0))
        proxy = f"http://user:password@127.0.0.1:{bound.getsockname()[1]}"
        monkeypatch.setenv("HTTP_PROXY", proxy)
        client = harness.client("k", "http://gw.example", retry=ONCE)

        with pytest.raises(ApiConnectionError, match="HTTP_PROXY") as caught:
            client.threads.query("thread_1")
        assert "password" not in str(caught.value)

        nearby = harness.client("k", proxy.replace("user:password@", ""), retry=ONCE)
        with pytest.raises(ApiConnectionError, match="make mock") as caught:
            nearby.threads.query("thread_1")
        assert "PROXY" not in str(caught.value)


PROXIES = ["http://127.0.0.1:1", "socks://127.0.0.1:1", "http://:::"]


@pytest.mark.parametrize("proxy", PROXIES)
def test_this_machine_is_not_reached_through_a_proxy(
    harness: ClientHarness,
    mock: appbuilder_mock.Running,
    monkeypatch: pytest.MonkeyPatch,
    proxy: str,
) -> None:
    """A mock server on 127.0.0.1 works whatever proxy the environment names."""
    monkeypatch.setenv("ALL_PROXY", proxy)
    monkeypatch.setenv("HTTP_PROXY", proxy)

    assert harness.client(mock.token, mock.url).threads.create().object == "thread"


@pytest.mark.parametrize("proxy", PROXIES[1:])
def test_a_proxy_that_cannot_be_used(
    harness: ClientHarness, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    """The error names the variables it comes from."""
    monkeypatch.setenv("ALL_PROXY", proxy)

    with pytest.raises(ValueError, match="ALL_PROXY"):
        harness.client("k", "https://gw.example")


def test_a_proxy_for_which_a_package_is_missing(
    harness: ClientHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the package; it shows no password."""
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv("ALL_PROXY", "socks5://someone:geheim@proxy.example:1080")

    with pytest.raises(ValueError, match="'socksio' package is not installed") as caught:
        harness.client("k", "https://gw.example")
    assert "geheim" not in str(caught.value)
