"""The transport, parser and decoder of a client, as its representation and the log name it."""

from __future__ import annotations

import logging

import pytest

from tests.clients.bodies import echo
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.transports import PARTS, in_use


def test_it_is_named(
    harness: ClientHarness, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """They are those that the tests are to run with."""
    server = serve(echo)
    with caplog.at_level(logging.DEBUG, "appbuilder_assistants"):
        client = harness.client("k", server.url, retry=AT_ONCE)
    client.threads.runs.query("线程", "r")

    shown = f"{client!r}"
    assert f"(gateway_url='{server.url}', {PARTS[in_use()]}" in shown
    assert f"a client was made: {shown}" in caplog.messages


def test_an_http_client(harness: ClientHarness, serve: Serve) -> None:
    """It is used through httpx, whatever else there is."""
    server = serve(echo)
    client = harness.client("k", server.url, http_client=harness.http())

    client.threads.runs.query("线程", "r")

    assert "transport='httpx', parser='h11'" in repr(client)
