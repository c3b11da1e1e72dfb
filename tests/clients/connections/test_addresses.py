"""Hosts that have several addresses, some of which do not answer."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    ApiTimeoutError,
    DeadlineExceededError,
    RetryPolicy,
)

from tests.clients.bodies import RUN
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import answer

SOON = 0.5
LATE = 8.0
"""Seconds; forty addresses would take longer if each had the whole timeout."""

ONCE = RetryPolicy(attempts=1)
HOST = "many.test"

Silent = Callable[[str, int], int]
"""Opens a port that does not answer who connects to it: address, port (0 for any) -> port."""

Resolve = Callable[[list[str]], None]


@pytest.fixture
def silent() -> Iterator[Silent]:
    """Ports whose queue of connections is full."""
    with ExitStack() as stack:

        def full(address: str, port: int) -> int:
            listener = stack.enter_context(socket.socket())
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, port))
            listener.listen(0)
            for _ in range(16):
                waiting = stack.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(listener.getsockname())
            probe = stack.enter_context(socket.socket())
            probe.settimeout(0.3)
            try:
                probe.connect(listener.getsockname())
            except TimeoutError:
                return int(listener.getsockname()[1])
            pytest.skip("this system takes connections beyond the queue of a port")

        yield full


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Resolve:
    """Set the addresses of HOST."""
    monkeypatch.setenv("NO_PROXY", "*")
    real = socket.getaddrinfo

    def to(addresses: list[str]) -> None:
        def found(host: Any, port: Any, *args: Any, **options: Any) -> Any:
            if host not in (HOST, HOST.encode()):
                return real(host, port, *args, **options)
            return [each for one in addresses for each in real(one, port, *args, **options)]

        monkeypatch.setattr(socket, "getaddrinfo", found)

    return to


@pytest.mark.parametrize(
    ("options", "error"),
    [({"deadline": SOON}, DeadlineExceededError), ({"timeout": SOON}, ApiTimeoutError)],
    ids=["deadline", "timeout"],
)
def test_none_answers(
    harness: ClientHarness, silent: Silent, resolve: Resolve, options: Any, error: Any
) -> None:
    """All addresses together have the time that one has."""
    addresses = [f"127.0.0.{number}" for number in range(1, 41)]
    port = silent("0.0.0.0", 0)
    resolve(addresses)
    client = harness.client("k", f"http://{HOST}:{port}", retry=ONCE, **options)

    begun = time.monotonic()
    with pytest.raises(error):
        client.threads.runs.query("会话", "r")

    assert time.monotonic() - begun < LATE


def test_one_answers(
    harness: ClientHarness, serve: Serve, silent: Silent, resolve: Resolve
) -> None:
    """A silent address does not use up the time of the one behind it; one that refuses, neither."""
    server = serve(lambda exchange: exchange.send(answer(RUN)))
    port = int(server.url.rpartition(":")[2])
    silent("127.0.0.2", port)
    resolve(["127.0.0.2", "127.0.0.3", "127.0.0.1"])
    client = harness.client("k", f"http://{HOST}:{port}", timeout=3, retry=ONCE)

    assert client.threads.runs.query("会话", "r").id == "run_1"


@pytest.mark.parametrize("gateway", [f"http://{HOST}", None])
def test_no_such_host(
    harness: ClientHarness, monkeypatch: pytest.MonkeyPatch, gateway: str | None
) -> None:
    """A name that cannot be looked up was not reached, and the error says so.

    That of the live service may not have been meant: nothing names a gateway.
    """

    def unknown(*_: object, **__: object) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.delenv("GATEWAY_URL", raising=False)
    client = harness.client("k", gateway, retry=ONCE)

    with pytest.raises(ApiConnectionError, match="Name or service not known") as caught:
        client.threads.runs.run("a", "t")

    assert caught.value.reached_server is False
    assert ("GATEWAY_URL=http://127.0.0.1:8080" in str(caught.value)) == (gateway is None)


@pytest.fixture
def unused_address() -> str:
    """An address of this machine where no server listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("source", ["gateway_url", "GATEWAY_URL"])
def test_no_server(
    harness: ClientHarness, monkeypatch: pytest.MonkeyPatch, unused_address: str, source: str
) -> None:
    """The error says what set the address, and how a mock server comes to be there."""
    if source == "GATEWAY_URL":
        monkeypatch.setenv("GATEWAY_URL", unused_address)
    client = harness.client("k", unused_address if source == "gateway_url" else None, retry=ONCE)

    with pytest.raises(ApiConnectionError) as caught:
        client.threads.create()

    assert not caught.value.reached_server
    assert str(caught.value).startswith(f"createThread: no connection to http://{unused_address}: ")
    assert f"; the address is that of {source}, and no server answers there: " in str(caught.value)
    assert "`python -m appbuilder_mock` (`make mock` in its repository)" in str(caught.value)


def test_no_server_elsewhere(harness: ClientHarness, resolve: Resolve, unused_address: str) -> None:
    """For another machine the mock server is no advice; options replace what set the address."""
    resolve(["127.0.0.1"])
    client = harness.client("k", "http://127.0.0.1:9", retry=ONCE)
    elsewhere = client.with_options(
        gateway_url=f"http://{HOST}:{unused_address.rpartition(':')[2]}"
    )

    with pytest.raises(ApiConnectionError, match="the address is that of gateway_url") as caught:
        elsewhere.threads.create()

    assert "mock" not in str(caught.value)
