"""Streams over a real socket: when events come, and when the connection goes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest
from appbuilder_assistants import AppBuilder, AsyncAppBuilder, StreamInterruptedError, UnknownEvent

from tests.clients.bodies import (
    BEGIN,
    CHUNKED,
    CLOSED,
    END,
    STREAM,
    chunk,
    event,
    framed,
    piece,
    seen,
    stream_of,
)
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import PATIENCE, Exchange, answer

pytestmark = pytest.mark.usefixtures("decoder")


@pytest.mark.parametrize("how", ["chunked", "length", "close"])
def test_a_whole_stream(harness: ClientHarness, serve: Serve, how: str) -> None:
    """The events are the same for each mark of the body's end; pings are not among them."""
    server = serve(lambda exchange: (exchange.send(framed(STREAM)[how]), False)[1])
    stream = stream_of(harness.client("k", server.url))

    assert seen(list(stream)) == [1, 2, 3, 4]
    assert stream.snapshot.messages == {"m": "我是秦始皇"}
    assert stream.snapshot.finished
    sent = server.exchanges[0]
    assert sent.json == {"assistant_id": "a", "thread_id": "t", "stream": True}
    assert sent.headers["accept-encoding"] == "identity"
    assert "text/event-stream" in sent.headers["accept"]


@pytest.mark.parametrize("chunks", [True, False])
def test_the_first_event_comes_when_it_is_sent(
    harness: ClientHarness, serve: Serve, chunks: bool
) -> None:
    """Each event is delivered before the server sends the next one, in chunks or not."""
    go = [threading.Event() for _ in range(4)]

    def script(exchange: Exchange) -> None:
        exchange.send(CHUNKED if chunks else CLOSED)
        for part, gate in zip((BEGIN, piece(2, "你"), piece(3, "好"), END), go, strict=True):
            exchange.send(chunk(part) if chunks else part)
            assert gate.wait(PATIENCE)
        assert exchange.client_disconnected()

    for event_, gate in zip(stream_of(harness.client("k", serve(script).url)), go, strict=True):
        assert event_.send_id == go.index(gate) + 1
        gate.set()


def test_iteration_ends_with_the_final_event(harness: ClientHarness, serve: Serve) -> None:
    """A server that keeps the connection open after it is not waited for."""
    disconnected = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.send(CHUNKED + chunk(STREAM))
        assert exchange.client_disconnected()
        disconnected.set()

    assert len(list(stream_of(harness.client("k", serve(script).url)))) == 4
    assert disconnected.wait(PATIENCE)


def waits_for_disconnect(disconnected: threading.Event) -> Callable[[Exchange], None]:
    """A server that sends one event and then waits for the reader to disconnect."""

    def script(exchange: Exchange) -> None:
        exchange.send(CHUNKED + chunk(BEGIN))
        assert exchange.client_disconnected()
        disconnected.set()

    return script


@pytest.mark.parametrize("entered", [True, False], ids=["with", "plain"])
def test_leaving_early_closes_the_connection(
    harness: ClientHarness, serve: Serve, entered: bool
) -> None:
    """The server sees the reader go, at the first event already."""
    disconnected = threading.Event()
    stream = stream_of(harness.client("k", serve(waits_for_disconnect(disconnected)).url))
    if entered:
        with stream:
            for _ in stream:
                break
    else:
        for _ in stream:
            break

    assert disconnected.wait(PATIENCE)


def test_an_exception_in_the_body_closes_the_connection(
    harness: ClientHarness, serve: Serve
) -> None:
    """It reaches the caller as it is."""
    disconnected = threading.Event()
    stream = stream_of(harness.client("k", serve(waits_for_disconnect(disconnected)).url))

    def body() -> None:
        with stream:
            for _ in stream:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        body()

    assert disconnected.wait(PATIENCE)


def test_breaking_out_of_a_native_async_for(serve: Serve) -> None:
    """`async for` and `break`, with no context manager: the connection is closed, too."""
    disconnected = threading.Event()
    server = serve(waits_for_disconnect(disconnected))

    async def main() -> None:
        async with AsyncAppBuilder("k", server.url) as client:
            async for _ in client.threads.runs.stream_run("a", "t"):
                break
            # The loop closes an abandoned generator on its next turns.
            assert await asyncio.to_thread(disconnected.wait, PATIENCE)

    asyncio.run(main())


def test_nothing_is_sent_before_the_stream_is_used(harness: ClientHarness, serve: Serve) -> None:
    """Making a stream costs no request; closing one that was never used neither."""
    server = serve(lambda exchange: exchange.send(framed(STREAM)["length"]))
    stream = stream_of(harness.client("k", server.url))
    assert server.exchanges == []

    stream.close()
    with pytest.raises(RuntimeError, match="closed before"):
        list(stream)
    assert server.exchanges == []


def test_a_stream_is_read_once(harness: ClientHarness, serve: Serve) -> None:
    """Reading or entering it again is wrong use and says so."""
    server = serve(lambda exchange: exchange.send(framed(STREAM)["length"]))
    client = harness.client("k", server.url)

    with stream_of(client) as stream:
        list(stream)
        with pytest.raises(RuntimeError, match="read once"):
            iter(stream).__next__()
    with pytest.raises(RuntimeError, match="entered once"), stream:
        pass
    plain = stream_of(client)
    list(plain)
    with pytest.raises(RuntimeError, match="entered once"), plain:
        pass

    assert len(server.exchanges) == 2


def test_one_event_at_a_time(harness: ClientHarness, serve: Serve) -> None:
    """`next` gives one event, and a loop continues behind it."""
    server = serve(lambda exchange: exchange.send(framed(STREAM)["length"]))
    client = harness.client("k", server.url)
    whole = [str(event) for event in stream_of(client)]

    with stream_of(client) as stream:
        first = str(next(stream))
        rest = [str(event) for event in stream]
        with pytest.raises(StopIteration):
            next(stream)

    assert [first, *rest] == whole


def test_unknown_events_come_as_they_are(harness: ClientHarness, serve: Serve) -> None:
    """A newer server's events are delivered, not dropped."""
    body = BEGIN + event("audio", {"你": 1}) + END
    server = serve(lambda exchange: exchange.send(framed(body)["length"]))

    events = list(stream_of(harness.client("k", server.url)))

    assert events[1] == UnknownEvent("audio", '{"你": 1}')


def test_a_stream_is_opened_again_only_if_it_surely_did_not_begin(
    harness: ClientHarness, serve: Serve
) -> None:
    """429 is retried; a lost response is not, as the run may have begun."""
    answers = [answer({}, "429 Too Many", retry_after="0"), framed(STREAM)["length"], b""]
    # Hanging up behind a whole answer could lose the next request before it is seen here.
    server = serve(lambda exchange: (exchange.send(answers.pop(0)), answers != [])[1])
    client = harness.client("k", server.url, retry=AT_ONCE)

    assert len(list(stream_of(client))) == 4
    assert len(server.exchanges) == 2
    with pytest.raises(StreamInterruptedError):
        list(stream_of(client))
    assert len(server.exchanges) == 3


def test_other_calls_go_on_beside_a_stream(serve: Serve) -> None:
    """A stream holds one connection; a call in its middle takes another."""

    def script(exchange: Exchange) -> None:
        if "stream" in exchange.json:
            exchange.send(CHUNKED + chunk(STREAM))
            exchange.client_disconnected()
        else:
            exchange.send(answer({"object": "list", "data": [], "has_more": False}))

    server = serve(script)
    with AppBuilder("k", server.url) as client:
        for _ in stream_of(client):
            assert client.threads.runs.list("t").data == []

    assert server.connections == 2
