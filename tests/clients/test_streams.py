"""Streams over a real socket: when events come, and every way a stream can break."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    ApiStatusError,
    ApiTimeoutError,
    AppBuilder,
    AsyncAppBuilder,
    NotFoundError,
    RateLimitError,
    ResponseError,
    ServerError,
    StreamInterruptedError,
    UnknownEvent,
)

from tests.clients.bodies import (
    BEGIN,
    CHUNKED,
    CLOSED,
    END,
    STREAM,
    STREAM_HEAD,
    chunk,
    event,
    piece,
)
from tests.clients.both import Async, Sync
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import PATIENCE, Exchange, answer

LENGTH = STREAM_HEAD + b"Content-Length: %d\r\n\r\n"


def framed(body: bytes) -> dict[str, bytes]:
    """The same stream with each of the three ways to tell where it ends."""
    middle = len(body) // 2
    return {
        "chunked": CHUNKED + chunk(body[:middle]) + chunk(body[middle:]) + chunk(b""),
        "length": LENGTH % len(body) + body,
        "close": CLOSED + body,
    }


def stream_of(client: Any) -> Any:
    return client.threads.runs.stream_run("a", "t")


def seen(events: list[Any]) -> list[Any]:
    return [getattr(e, "send_id", e) for e in events]


@pytest.mark.parametrize("how", ["chunked", "length", "close"])
def test_a_whole_stream(world: Sync | Async, serve: Serve, how: str) -> None:
    """However the body's end is told, the events are the same; pings are not among them."""
    server = serve(lambda exchange: (exchange.send(framed(STREAM)[how]), False)[1])
    stream = stream_of(world.client("k", server.url))

    assert seen(list(stream)) == [1, 2, 3, 4]
    assert stream.snapshot.messages == {"m": "我是秦始皇"}
    assert stream.snapshot.finished
    sent = server.exchanges[0]
    assert sent.json == {"assistant_id": "a", "thread_id": "t", "stream": True}
    assert sent.headers["accept-encoding"] == "identity"
    assert "text/event-stream" in sent.headers["accept"]


@pytest.mark.parametrize("how", ["chunked", "length", "close"])
def test_cut_at_every_byte(world: Sync | Async, serve: Serve, how: str) -> None:
    """Cut anywhere, headers included, a stream gives a true beginning and then raises."""
    answer = framed(STREAM)[how]
    cuts = iter(range(len(answer)))
    server = serve(lambda exchange: (exchange.send(answer[: next(cuts)]), False)[1])
    client = world.client("k", server.url, retry=AT_ONCE)
    final = answer.index(END) + len(END) if how != "chunked" else answer.rindex(b"\n\n") + 2
    lengths = []

    for cut in range(len(answer)):
        stream = stream_of(client)
        events: list[Any] = []
        if cut >= final:
            # The final event is there; whatever framing follows it no longer matters.
            events.extend(stream)
        else:
            with pytest.raises(StreamInterruptedError) as caught:
                events.extend(stream)
            assert caught.value.snapshot is stream.snapshot
            assert caught.value.snapshot.finished is False
        assert seen(events) == [1, 2, 3, 4][: len(events)]
        assert stream.snapshot.last_send_id == (len(events) or None)
        lengths.append(len(events))

    assert lengths == sorted(lengths)
    assert set(lengths) == ({0, 1, 2, 3} if final == len(answer) else {0, 1, 2, 3, 4})
    assert len(server.exchanges) == len(answer)


def test_the_first_event_comes_when_it_is_sent(world: Sync | Async, serve: Serve) -> None:
    """Each event is delivered before the server sends the next one."""
    go = [threading.Event() for _ in range(4)]

    def script(exchange: Exchange) -> None:
        exchange.send(CHUNKED)
        for part, gate in zip((BEGIN, piece(2, "你"), piece(3, "好"), END), go, strict=True):
            exchange.send(chunk(part))
            assert gate.wait(PATIENCE)
        assert exchange.client_left()

    for event_, gate in zip(stream_of(world.client("k", serve(script).url)), go, strict=True):
        assert event_.send_id == go.index(gate) + 1
        gate.set()


def test_iteration_ends_with_the_final_event(world: Sync | Async, serve: Serve) -> None:
    """A server that keeps the connection open after it is not waited for."""
    left = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.send(CHUNKED + chunk(STREAM))
        assert exchange.client_left()
        left.set()

    assert len(list(stream_of(world.client("k", serve(script).url)))) == 4
    assert left.wait(PATIENCE)


def leaver(left: threading.Event) -> Callable[[Exchange], None]:
    """A server that tells one event and then waits for the reader to go."""

    def script(exchange: Exchange) -> None:
        exchange.send(CHUNKED + chunk(BEGIN))
        assert exchange.client_left()
        left.set()

    return script


@pytest.mark.parametrize("entered", [True, False], ids=["with", "plain"])
def test_leaving_early_closes_the_connection(
    world: Sync | Async, serve: Serve, entered: bool
) -> None:
    """The server sees the reader go, at the first event already."""
    left = threading.Event()
    stream = stream_of(world.client("k", serve(leaver(left)).url))
    if entered:
        with stream:
            for _ in stream:
                break
    else:
        for _ in stream:
            break

    assert left.wait(PATIENCE)


def test_an_exception_in_the_body_closes_the_connection(world: Sync | Async, serve: Serve) -> None:
    """It reaches the caller as it is."""
    left = threading.Event()
    stream = stream_of(world.client("k", serve(leaver(left)).url))

    def body() -> None:
        with stream:
            for _ in stream:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        body()

    assert left.wait(PATIENCE)


def test_breaking_out_of_a_native_async_for(serve: Serve) -> None:
    """`async for` and `break`, with no context manager: the connection is closed, too."""
    left = threading.Event()
    server = serve(leaver(left))

    async def main() -> None:
        async with AsyncAppBuilder("k", server.url) as client:
            async for _ in client.threads.runs.stream_run("a", "t"):
                break
            # The loop closes an abandoned generator on its next turns.
            assert await asyncio.to_thread(left.wait, PATIENCE)

    asyncio.run(main())


def test_cancellation_closes_the_connection(serve: Serve) -> None:
    """A task that is cancelled while it waits for an event leaves no open socket."""
    left = threading.Event()
    server = serve(leaver(left))

    async def main() -> None:
        async with AsyncAppBuilder("k", server.url) as client:
            begun = asyncio.Event()

            async def watch() -> None:
                async with client.threads.runs.stream_run("a", "t") as stream:
                    async for _ in stream:
                        begun.set()

            task = asyncio.create_task(watch())
            await asyncio.wait_for(begun.wait(), PATIENCE)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(left.wait, PATIENCE)

    asyncio.run(main())


def test_nothing_is_sent_before_the_stream_is_used(world: Sync | Async, serve: Serve) -> None:
    """Making a stream costs no request; closing one that was never used neither."""
    server = serve(lambda exchange: exchange.send(framed(STREAM)["length"]))
    stream = stream_of(world.client("k", server.url))
    assert server.exchanges == []

    stream.close()
    with pytest.raises(RuntimeError, match="read once"):
        list(stream)
    assert server.exchanges == []


def test_a_stream_is_read_once(world: Sync | Async, serve: Serve) -> None:
    """Reading or entering it again is wrong use and says so."""
    server = serve(lambda exchange: exchange.send(framed(STREAM)["length"]))
    client = world.client("k", server.url)

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


def test_unknown_events_come_as_they_are(world: Sync | Async, serve: Serve) -> None:
    """A newer server's events are delivered, not dropped."""
    body = BEGIN + event("audio", {"你": 1}) + END
    server = serve(lambda exchange: exchange.send(framed(body)["length"]))

    events = list(stream_of(world.client("k", server.url)))

    assert events[1] == UnknownEvent("audio", '{"你": 1}')


def test_a_malformed_event(world: Sync | Async, serve: Serve) -> None:
    """It interrupts the stream behind the events that were right."""
    body = BEGIN + event("status", '{"status":') + END
    server = serve(lambda exchange: exchange.send(framed(body)["length"]))
    stream = stream_of(world.client("k", server.url))
    events: list[Any] = []

    with pytest.raises(StreamInterruptedError, match="cannot be read"):
        events.extend(stream)

    assert seen(events) == [1]


ERROR = {"error": {"code": 404, "message": "没有"}}


@pytest.mark.parametrize(
    ("sent", "cls"),
    [
        (answer(ERROR), NotFoundError),
        (answer(ERROR, "404 Not Found"), NotFoundError),
        (answer(b"<h1>", "502 Bad Gateway", content_type="text/html"), ServerError),
        (framed(event("error", ERROR))["length"], NotFoundError),
        (framed(b'{"error": {"code": 404}}')["length"], NotFoundError),
        (framed(b'{"error": {"code": 404}}')["close"], NotFoundError),
        (answer(STREAM), ResponseError),
        (answer(STREAM, content_type="text/html"), ResponseError),
        (answer(b""), ResponseError),
        (answer(b"", "307 Temporary Redirect", location="http://other.example/"), ApiStatusError),
    ],
)
def test_no_stream(world: Sync | Async, serve: Serve, sent: bytes, cls: type[Exception]) -> None:
    """An error in place of a stream is that error; a wrong type of answer is a ResponseError."""
    server = serve(lambda exchange: (exchange.send(sent), False)[1])

    with pytest.raises(cls) as caught:
        list(stream_of(world.client("k", server.url, retry=AT_ONCE)))

    assert type(caught.value) is cls
    assert len(server.exchanges) == 1


def test_a_stream_is_opened_again_only_if_it_surely_did_not_begin(
    world: Sync | Async, serve: Serve
) -> None:
    """429 is waited for; a lost answer is not asked for again, as the run may be going on."""
    answers = [answer({}, "429 Too Many", retry_after="0"), framed(STREAM)["length"], b""]
    server = serve(lambda exchange: (exchange.send(answers.pop(0)), False)[1])
    client = world.client("k", server.url, retry=AT_ONCE)

    assert len(list(stream_of(client))) == 4
    assert len(server.exchanges) == 2
    with pytest.raises(StreamInterruptedError):
        list(stream_of(client))
    assert len(server.exchanges) == 3


def test_a_limit_that_lasts(world: Sync | Async, serve: Serve) -> None:
    """After the last attempt the refusal is raised as it came."""
    server = serve(lambda exchange: exchange.send(answer({}, "429 Too Many", retry_after="0")))

    with pytest.raises(RateLimitError):
        list(stream_of(world.client("k", server.url)))

    assert len(server.exchanges) == 3


def test_silence(world: Sync | Async, serve: Serve) -> None:
    """Silence before the answer is a time-out, in the middle of it an interruption."""
    first = threading.Event()

    def script(exchange: Exchange) -> None:
        if first.is_set():
            exchange.send(CHUNKED + chunk(BEGIN))
        first.set()
        exchange.client_left()

    client = world.client("k", serve(script).url, timeout=0.2)
    with pytest.raises(ApiTimeoutError) as before:
        list(stream_of(client))
    stream = stream_of(client)
    with pytest.raises(StreamInterruptedError, match="silent for too long") as within:
        list(stream)

    assert type(before.value) is ApiTimeoutError
    assert within.value.snapshot.last_send_id == 1


def test_a_server_that_is_not_there(world: Sync | Async) -> None:
    """Not reaching the server is no interruption: nothing began."""
    with pytest.raises(ApiConnectionError) as caught:
        list(stream_of(world.client("k", "http://127.0.0.1:9", retry=AT_ONCE)))

    assert type(caught.value) is ApiConnectionError
    assert caught.value.reached_server is False


def test_other_calls_go_on_beside_a_stream(serve: Serve) -> None:
    """A stream holds one connection; a call in its middle takes another."""

    def script(exchange: Exchange) -> None:
        if "stream" in exchange.json:
            exchange.send(CHUNKED + chunk(STREAM))
            exchange.client_left()
        else:
            exchange.send(answer({"object": "list", "data": [], "has_more": False}))

    server = serve(script)
    with AppBuilder("k", server.url) as client:
        for _ in stream_of(client):
            assert client.threads.runs.list("t").data == []

    assert server.connections == 2
