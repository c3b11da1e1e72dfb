"""The official client's behaviour in streams that go wrong.

Each test here pins a defect down that `tests/clients/official_defects/test_streams.py` has under
the same name, where it shows the better behaviour. When one fails, the defect has been mended.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import appbuilder
import pytest

from tests.clients.bodies import BEGIN, CHUNKED, END, chunk, event, framed, piece
from tests.clients.raw_server import PATIENCE, Exchange, answer, raw_server
from tests.interop.official import api

Serve = Callable[[Callable[[Exchange], object]], None]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Point the official client at a server of raw bytes."""
    with ExitStack() as stack:

        def start(script: Callable[[Exchange], object]) -> None:
            server = stack.enter_context(raw_server(script))
            monkeypatch.setenv("GATEWAY_URL", server.url)

        yield start


def sending(body: bytes) -> Callable[[Exchange], object]:
    """Send it and hang up: the official client has a connection for each call."""
    return lambda exchange: (exchange.send(body), False)[1]


def streamed() -> Any:
    return api.threads.runs.stream_run("a", "t")


class Handler(appbuilder.AssistantEventHandler):  # type: ignore[misc]
    """Fails at the first piece of text."""

    def messages(self, messages_event: Any) -> None:
        raise LookupError("坏了")


def test_malformed_json_printed_and_the_previous_event_repeated(
    serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second event is broken, and the first is given in its place."""
    serve(sending(framed(BEGIN + event("message", '{"send_id": 2,') + END)["length"]))

    numbers = [one.send_id for one in streamed()]

    assert numbers == [1, 1, 4]
    assert "Expecting" in capsys.readouterr().out


def test_unknown_events_repeated(serve: Serve) -> None:
    """An event of a new kind is the one before it once more."""
    serve(sending(framed(BEGIN + event("audio", {"声": 1}) + END)["length"]))

    assert [one.send_id for one in streamed()] == [1, 1, 4]


def test_an_error_body_to_a_stream_request_yielding_an_empty_message(serve: Serve) -> None:
    """The refusal is a message without a text."""
    serve(sending(answer({"error": {"code": "x", "message": "没有"}})))

    (message,) = streamed()

    assert isinstance(message, api.thread_type.StreamRunMessage)
    assert not message.content


def test_a_clean_early_end_taken_for_success(serve: Serve) -> None:
    """Half an answer is as good as a whole one."""
    serve(sending(framed(BEGIN + piece(2, "我是"))["chunked"]))

    assert [one.send_id for one in streamed()] == [1, 2]


def test_handler_exceptions_swallowed(serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    """An exception in a handler is swallowed."""
    serve(sending(framed(BEGIN + piece(2, "我是") + END)["length"]))

    runs = api.threads.runs
    with runs.stream_run_with_handler("a", "t", event_handler=Handler()) as handler:
        handler.until_done()
    capsys.readouterr()


def test_the_socket_stays_open_on_leaving_early(serve: Serve) -> None:
    """While the program holds the client's stream, the server does not see that it was left."""
    disconnected = threading.Event()

    def script(exchange: Exchange) -> bool:
        exchange.send(CHUNKED + chunk(BEGIN) + chunk(piece(2, "我")))
        exchange.client_disconnected()
        disconnected.set()
        return False

    serve(script)
    stream = streamed()
    for _ in stream:
        break

    assert not disconnected.wait(0.5)
    stream.close()
    del stream
    assert disconnected.wait(PATIENCE)


def test_reading_to_the_end_fails_without_with(serve: Serve) -> None:
    """The manager has no such method, and its handler no stream before it is entered."""
    serve(sending(framed(BEGIN + END)["length"]))
    manager = api.threads.runs.stream_run_with_handler(
        "a", "t", event_handler=appbuilder.AssistantEventHandler()
    )

    with pytest.raises(AttributeError):
        manager.until_done()


def test_the_first_event_delayed_on_an_unchunked_stream(serve: Serve) -> None:
    """It is given only when more comes behind it."""
    go = threading.Event()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"

    def script(exchange: Exchange) -> bool:
        exchange.send(head + BEGIN)
        go.wait(PATIENCE)
        exchange.send(END)
        return False

    serve(script)
    first = threading.Event()

    def read() -> None:
        for _ in streamed():
            first.set()

    reader = threading.Thread(target=read)
    reader.start()
    came_first = first.wait(0.5)
    go.set()
    reader.join(PATIENCE)

    assert not came_first
    assert first.is_set()
