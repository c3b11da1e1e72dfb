"""Handlers that raise, or are left early."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from appbuilder_assistants import AppBuilder, AssistantEventHandler

from tests.clients.bodies import BEGIN, CHUNKED, chunk, piece
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, Exchange
from tests.clients.recorder import recorder
from tests.clients.streams.test_handlers import whole


@pytest.mark.parametrize("way", ["with", "plain", "for"])
@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_an_exception_of_a_hook(
    harness: ClientHarness, serve: Serve, way: str, error: type[BaseException]
) -> None:
    """The exception reaches the caller unchanged, and the connection is closed."""
    disconnected = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.send(CHUNKED + chunk(BEGIN + piece(2, "你")))
        assert exchange.client_disconnected()
        disconnected.set()

    def fail(self: Any, event: Any) -> None:
        raise error("坏了")

    handler = recorder(harness, messages=fail)
    runs = harness.client("k", serve(script).url).threads.runs
    manager = runs.stream_run_with_handler("a", "t", event_handler=handler)

    def act() -> None:
        if way == "with":
            with manager as entered:
                entered.until_done()
        elif way == "plain":
            manager.until_done()
        else:
            list(manager)

    # The caught error is kept, and with it all that only its frames hold.
    with pytest.raises(error, match="坏了") as caught:
        act()

    assert disconnected.wait(PATIENCE)
    assert handler.called == ["run_begin", "messages"]
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("way", ["with", "for"])
def test_leaving_early_closes_the_connection(
    harness: ClientHarness, serve: Serve, way: str
) -> None:
    """The server sees the reader go."""
    disconnected = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.send(CHUNKED + chunk(BEGIN))
        assert exchange.client_disconnected()
        disconnected.set()

    handler = recorder(harness)
    runs = harness.client("k", serve(script).url).threads.runs
    manager = runs.stream_run_with_handler("a", "t", event_handler=handler)
    if way == "with":
        with manager as entered:
            next(iter(entered))
    else:
        for _ in manager:
            break

    assert disconnected.wait(PATIENCE)


def test_an_async_hook_in_a_plain_handler(serve: Serve) -> None:
    """An async hook would never be awaited: it is refused at the first event."""

    class Handler(AssistantEventHandler):
        async def run_begin(self, status_event: Any) -> None:
            raise AssertionError("never run")

    with (
        AppBuilder("k", serve(whole).url) as client,
        pytest.raises(TypeError, match="plain `def`"),
    ):
        client.threads.runs.stream_run_with_handler("a", "t", event_handler=Handler()).until_done()
