"""`with_options`: replaced, added and shared options."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from appbuilder_assistants import ApiTimeoutError, RetryPolicy

from tests.clients.bodies import RUN
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import RawServer, answer

ONCE = RetryPolicy(attempts=1)


@pytest.fixture
def server(serve: Serve) -> RawServer:
    """Answers everything with a run."""
    return serve(lambda exchange: exchange.send(answer(RUN)))


def ask(client: Any) -> None:
    client.threads.runs.query("会话", "r")


def test_headers_are_added(harness: ClientHarness, server: RawServer) -> None:
    """Headers are added by name in any case; `set_default_headers` replaces all."""
    client = harness.client("k", server.url, default_headers={"X-Team": "a", "X-Tenant": ""})
    copy = client.with_options(default_headers={"x-tenant": "b", "user-agent": "mine/1"})

    ask(copy)
    ask(copy.with_options(set_default_headers={"X-Trace": "1"}))
    ask(client)

    first, second, third = (exchange.headers for exchange in server.exchanges)
    assert (first["x-team"], first["x-tenant"], first["user-agent"]) == ("a", "b", "mine/1")
    assert (second["x-trace"], second.get("x-team"), second.get("x-tenant")) == ("1", None, None)
    assert second["user-agent"].startswith("appbuilder-assistants/")
    assert (third["x-team"], third["x-tenant"]) == ("a", "")


def test_a_header_is_sent_once(harness: ClientHarness) -> None:
    """The client's own name gives way, in whatever case the other is written."""
    sent: list[list[tuple[bytes, bytes]]] = []

    def respond(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers.raw)
        return httpx.Response(200, json=RUN)

    http = harness.http(transport=httpx.MockTransport(respond))
    ask(harness.client("k", http_client=http, default_headers={"user-agent": "mine/1"}))

    assert [value for name, value in sent[0] if name.lower() == b"user-agent"] == [b"mine/1"]


@pytest.mark.sends_invalid_requests("extra_body is for fields that the spec does not have")
def test_fields_are_added(harness: ClientHarness, server: RawServer) -> None:
    """`set_extra_body` replaces all."""
    client = harness.client("k", server.url, extra_body={"租户": "甲", "来源": "测试"})
    copy = client.with_options(extra_body={"租户": "乙"})

    ask(copy)
    ask(copy.with_options(set_extra_body={"层": 1}))
    ask(client)

    asked = {"thread_id": "会话", "run_id": "r"}
    assert [exchange.json for exchange in server.exchanges] == [
        {"租户": "乙", "来源": "测试", **asked},
        {"层": 1, **asked},
        {"租户": "甲", "来源": "测试", **asked},
    ]


@pytest.mark.parametrize("name", ["default_headers", "extra_body"])
def test_not_both(harness: ClientHarness, name: str) -> None:
    """Fields to add and fields to replace all contradict each other."""
    with pytest.raises(ValueError, match=f"set_{name} replaces it: pass one"):
        harness.client("k").with_options(**{name: {}, f"set_{name}": {}})


@pytest.mark.parametrize(
    "wrong",
    [
        {"default_headers": {"Authorization": "x"}},
        {"set_default_headers": {"Authorization": "x"}},
        {"default_headers": ["X-Team"]},
        {"extra_body": ["x"]},
        {"set_extra_body": {"x": {1}}},
        {"token": ""},
        {"gateway_url": "http://例子..example"},
        {"http_client": 5},
    ],
    ids=str,
)
def test_wrong_options(harness: ClientHarness, wrong: Any) -> None:
    """They are refused as they are when a client is made, and named."""
    [name] = wrong

    with pytest.raises((TypeError, ValueError), match=name.removeprefix("set_")):
        harness.client("k").with_options(**wrong)


def test_another_token(
    harness: ClientHarness, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a matter of each request: the connection is the same."""
    monkeypatch.setenv("SECRET_KEY_PREFIX", "Key")
    client = harness.client("k", server.url)

    ask(client)
    ask(client.with_options(token="other"))
    ask(client)

    sent = [exchange.headers["authorization"] for exchange in server.exchanges]
    assert sent == ["Key k", "Key other", "Key k"]
    assert server.connections == 1


def test_another_gateway(harness: ClientHarness, serve: Serve, server: RawServer) -> None:
    """A copy speaks to another server; closing it closes nothing of the client's."""
    other = serve(lambda exchange: exchange.send(answer(RUN)))
    client = harness.client("k", server.url)

    ask(client)
    with client.with_options(gateway_url=f"{other.url}/prefix/") as copy:
        ask(copy)
    ask(copy)
    ask(client)

    assert [exchange.path for exchange in other.exchanges] == ["/prefix/v2/threads/runs/query"] * 2
    assert (server.connections, other.connections) == (1, 1)


def test_a_gateway_behind_a_proxy(
    harness: ClientHarness, serve: Serve, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy for elsewhere uses the proxy, as its client does not, whose closing closes all."""
    proxy = serve(lambda exchange: exchange.send(answer(RUN)))
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("http_proxy", proxy.url)
    client = harness.client("k", server.url)

    ask(client)
    for _ in range(2):
        with client.with_options(gateway_url="http://gw.example") as copy:
            ask(copy)
        ask(copy.with_options(gateway_url=server.url))
    client.close()

    for closed in (client, copy, client.with_options(gateway_url="http://gw.example")):
        with pytest.raises(RuntimeError, match="closed"):
            ask(closed)
    asked = [exchange.path for exchange in proxy.exchanges]
    assert asked == ["http://gw.example/v2/threads/runs/query"] * 2
    assert len(server.exchanges) == 3
    assert (server.connections, proxy.connections) == (1, 1)
    assert server.all_closed()
    assert proxy.all_closed()


def test_another_http_client(harness: ClientHarness, server: RawServer) -> None:
    """A copy uses it, and leaves it open."""
    client = harness.client("k", server.url)
    http = harness.http()

    with client.with_options(http_client=http) as copy:
        ask(copy)
    ask(client)

    assert server.connections == 2
    assert http.is_closed is False


def test_the_time_out_of_an_http_client(harness: ClientHarness, serve: Serve) -> None:
    """A timeout that is not httpx's default holds, unless the client has its own."""
    silent = serve(lambda exchange: exchange.client_disconnected())
    client = harness.client("k", silent.url, retry=ONCE, http_client=harness.http(timeout=0.2))

    with pytest.raises(ApiTimeoutError, match=r"read timed out after 0\.2 s"):
        ask(client)
    with pytest.raises(ApiTimeoutError, match=r"read timed out after 0\.3 s"):
        ask(client.with_options(timeout=0.3))
    with pytest.raises(ApiTimeoutError, match=r"read timed out after 0\.4 s"):
        ask(client.with_options(http_client=harness.http(timeout=0.4)))
    with pytest.raises(ApiTimeoutError, match=r"read timed out after 0\.2 s"):
        ask(client.with_options(timeout=0.3).with_options(timeout=None))
