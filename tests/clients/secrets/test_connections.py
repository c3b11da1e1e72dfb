"""Connections that fail, and redirects, show the token to nobody."""

from __future__ import annotations

import socket
import threading
from typing import Any

import httpx
import pytest
from appbuilder_assistants import ApiConnectionError, ApiStatusError, ApiTimeoutError

from tests.clients.bodies import RUN
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import answer
from tests.clients.secrets.faults import content, silent, stream
from tests.clients.secrets.traces import NOWHERE, ONCE, assert_hidden, secret_client


def test_a_server_that_is_not_there(harness: ClientHarness, logged: list[str]) -> None:
    """A connection that is refused, three times."""
    client = secret_client(harness, NOWHERE, retry=AT_ONCE)

    with pytest.raises(ApiConnectionError) as caught:
        client.threads.runs.run("a", "t")

    assert len(caught.value.attempts) == 3
    assert_hidden(caught.value, logged)


def test_a_server_that_never_shakes_hands(
    harness: ClientHarness, serve: Serve, logged: list[str]
) -> None:
    """A connection that comes about too late."""
    server = serve(silent)
    url = server.url.replace("http:", "https:")
    client = secret_client(harness, url, timeout=0.2, retry=ONCE)

    with pytest.raises(ApiTimeoutError, match="no connection") as caught:
        client.threads.runs.run("a", "t")

    assert_hidden(caught.value, logged)


def test_tls_that_fails(harness: ClientHarness, logged: list[str]) -> None:
    """The peer does not speak TLS at all."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    client = secret_client(harness, f"https://127.0.0.1:{port}", timeout=5, retry=ONCE)

    def refuse() -> None:
        sock, _ = listener.accept()
        sock.recv(1)
        sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        sock.recv(65_536)
        sock.close()

    thread = threading.Thread(target=refuse)
    thread.start()
    with pytest.raises(ApiConnectionError) as caught:
        client.threads.runs.run("a", "t")
    thread.join()
    listener.close()

    assert_hidden(caught.value, logged)


def test_no_free_connection(harness: ClientHarness, serve: Serve, logged: list[str]) -> None:
    """The timeout of waiting for another call's connection."""
    server = serve(silent)
    limits = httpx.Limits(max_connections=1)
    client = secret_client(
        harness,
        server.url,
        http_client=harness.http(limits=limits),
        retry=ONCE,
        timeout=httpx.Timeout(5, read=2, pool=0.1),
    )

    def ask() -> Any:
        return client.threads.runs.query("t", "r")

    with pytest.raises(ApiTimeoutError) as caught:
        harness.together([ask, ask])

    assert_hidden(caught.value, logged)


@pytest.mark.parametrize("status", ["301 x", "302 x", "303 x", "307 x", "308 x"])
@pytest.mark.parametrize("to", ["{url}/v2/threads/runs", "{bare}/v2", "{url}@127.0.0.1:9/"])
def test_a_redirect_carries_nothing(
    harness: ClientHarness, serve: Serve, status: str, to: str
) -> None:
    """Another host, here another port, is never spoken to."""
    other = serve(lambda exchange: exchange.send(answer(RUN)))
    location = to.format(url=other.url, bare=other.url.removeprefix("http:"))
    server = serve(lambda exchange: exchange.send(answer(b"", status, location=location)))

    for http in (None, harness.http(follow_redirects=True)):
        client = secret_client(harness, server.url, http_client=http, retry=AT_ONCE)
        for call in (
            lambda c: c.threads.runs.run("a", "t"),
            stream,
            content,
            lambda c: c.threads.delete("t"),
        ):
            with pytest.raises(ApiStatusError, match="redirects are not followed"):
                call(client)

    assert (other.exchanges, other.connections) == ([], 0)
