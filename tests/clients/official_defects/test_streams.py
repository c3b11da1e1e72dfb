"""Each defect of the official SDK's streams, by its name, and what happens here instead."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from appbuilder_assistants import NotFoundError, StreamInterruptedError, UnknownEvent

from tests.clients.bodies import (
    BEGIN,
    CHUNKED,
    CLOSED,
    END,
    BrokenStream,
    chunk,
    event,
    framed,
    piece,
    run_as,
    seen,
    status,
    stored,
    stream_of,
)
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, Exchange, answer
from tests.clients.recorder import recorder


def test_malformed_json_printed_and_the_previous_event_repeated(
    harness: ClientHarness, serve: Serve, capfd: pytest.CaptureFixture[str]
) -> None:
    """It raises behind the events that were right; nothing is printed, none comes twice."""
    body = BEGIN + piece(2, "我是") + event("message", '{"send_id": 3, "content": [') + END
    server = serve(BrokenStream(framed(body)["length"], run_as("completed")))
    events: list[Any] = []

    with pytest.raises(StreamInterruptedError, match="an event cannot be read"):
        events.extend(stream_of(harness.client("k", server.url)))

    assert seen(events) == [1, 2]
    assert capfd.readouterr() == ("", "")


def test_unknown_events_repeated(harness: ClientHarness, serve: Serve) -> None:
    """An event of a new kind is given as it came, between its neighbours."""
    body = BEGIN + event("audio", {"声": 1}) + status(2, "run_paused", "paused") + END
    server = serve(BrokenStream(framed(body)["length"], b""))

    first, audio, paused, last = stream_of(harness.client("k", server.url))

    assert audio == UnknownEvent("audio", '{"声": 1}')
    assert (first.event_type, paused.event_type, last.event_type) == (
        "run_begin",
        "run_paused",
        "run_end",
    )


@pytest.mark.parametrize("kind", ["application/json", "text/event-stream"])
def test_an_error_body_to_a_stream_request_yielding_an_empty_message(
    harness: ClientHarness, serve: Serve, kind: str
) -> None:
    """The error is raised, whatever the answer calls itself; no event is made of it."""
    error = {"error": {"code": "assistant_not_found", "message": "没有这个助手", "type": "x"}}
    server = serve(BrokenStream(answer(error, content_type=kind), b""))
    events: list[Any] = []

    with pytest.raises(NotFoundError, match="没有这个助手"):
        events.extend(stream_of(harness.client("k", server.url)))

    assert events == []


@pytest.mark.parametrize("state", ["in_progress", "completed"])
def test_a_clean_early_end_taken_for_success(
    harness: ClientHarness, serve: Serve, state: str
) -> None:
    """The run is looked up: it raises, or gives the run as it ended and the whole of its text."""
    sent = framed(BEGIN + piece(2, "我是"))["chunked"]
    server = serve(BrokenStream(sent, run_as(state), stored(m="我是秦始皇")))
    stream = stream_of(harness.client("k", server.url))

    if state == "completed":
        assert stream.final_text() == "我是秦始皇"
        assert stream.final_run().status == "completed"
    else:
        with pytest.raises(StreamInterruptedError, match="the run is in_progress"):
            stream.final_text()


def test_handler_exceptions_swallowed(
    harness: ClientHarness, serve: Serve, capfd: pytest.CaptureFixture[str]
) -> None:
    """It reaches the caller as it was raised, and the stream is closed."""
    disconnected = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.send(CHUNKED + chunk(BEGIN + piece(2, "我是")))
        assert exchange.client_disconnected()
        disconnected.set()

    def fail(self: Any, event: Any) -> None:
        raise LookupError("坏了")

    handler = recorder(harness, messages=fail)
    runs = harness.client("k", serve(script).url).threads.runs
    with pytest.raises(LookupError, match="坏了"):
        runs.stream_run_with_handler("a", "t", event_handler=handler).until_done()

    assert disconnected.wait(PATIENCE)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("way", ["with", "for"])
def test_the_socket_kept_open_on_leaving_early(
    harness: ClientHarness, serve: Serve, way: str
) -> None:
    """The server sees the reader go at once, while the client lives on."""
    disconnected = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.send(CHUNKED + chunk(BEGIN))
        assert exchange.client_disconnected()
        disconnected.set()

    stream = stream_of(harness.client("k", serve(script).url))
    if way == "with":
        with stream:
            next(stream)
    else:
        for _ in stream:
            break

    assert disconnected.wait(PATIENCE)


def test_reading_to_the_end_fails_without_with(harness: ClientHarness, serve: Serve) -> None:
    """It opens the stream, handles every event and closes the stream."""
    handler = recorder(harness)
    server = serve(BrokenStream(framed(BEGIN + piece(2, "你") + END)["length"], b""))
    runs = harness.client("k", server.url).threads.runs

    runs.stream_run_with_handler("a", "t", event_handler=handler).until_done()

    assert handler.called == ["run_begin", "messages", "run_end"]
    assert server.all_closed()


def test_the_first_event_delayed_on_an_unchunked_stream(
    harness: ClientHarness, serve: Serve
) -> None:
    """It is given while the server has not sent another byte."""
    seen_first = threading.Event()

    def script(exchange: Exchange) -> bool:
        exchange.send(CLOSED + BEGIN)
        assert seen_first.wait(PATIENCE)
        exchange.send(END)
        return False

    with stream_of(harness.client("k", serve(script).url)) as stream:
        assert next(stream).event_type == "run_begin"
        seen_first.set()
        assert seen(list(stream)) == [4]
