"""Cookies that a server sets."""

from __future__ import annotations

import pytest
from appbuilder_assistants import ApiConnectionError

from tests.clients.bodies import RUN
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import answer
from tests.clients.responses.asked import ONCE


def test_a_cookie_that_cannot_be_sent_back(harness: ClientHarness, serve: Serve) -> None:
    """No cookie is kept: neither a bad one nor one that another caller's request would carry."""
    sent = answer(RUN, set_cookie="a=\xff; b=c")
    server = serve(lambda exchange: exchange.send(sent))
    client = harness.client("k", server.url)

    for _ in range(2):
        client.threads.runs.query("t", "r")

    assert [exchange.headers.get("cookie") for exchange in server.exchanges] == [None, None]


def test_a_bad_cookie_of_a_client_of_ones_own(harness: ClientHarness, serve: Serve) -> None:
    """An http client of the caller's keeps its cookies; one that cannot be sent is an error."""
    server = serve(lambda exchange: exchange.send(answer(RUN, set_cookie="a=\xff")))
    client = harness.client("k", server.url, http_client=harness.http(), retry=ONCE)

    client.threads.runs.query("t", "r")
    with pytest.raises(ApiConnectionError, match="a cookie that is not ASCII") as caught:
        client.threads.runs.query("t", "r")

    assert caught.value.reached_server is False
    assert len(server.exchanges) == 1
