"""The ways to look at a stream: its texts, its end, its run; before, while and after it is read."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from appbuilder_assistants import AppBuilder, AsyncAppBuilder, NoTextError, StreamInterruptedError

from tests.clients.bodies import (
    BEGIN,
    CHUNKED,
    END,
    RUN,
    chunk,
    event,
    framed,
    manager_of,
    piece,
    run_as,
    seen,
    status,
    stream_of,
    whole,
)
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, Exchange

TWO = (
    BEGIN + piece(2, "先", "m1") + piece(3, "查", "m2") + piece(4, "", "m2") + piece(5, "完", "m2")
)
TEXT = "我是秦始皇"


@pytest.mark.parametrize("make", [stream_of, manager_of], ids=["stream", "manager"])
@pytest.mark.parametrize("before", ["fresh", "one event", "all events", "until_done"])
def test_every_lens_at_every_time(
    harness: ClientHarness, serve: Serve, make: Any, before: str
) -> None:
    """Each gives the same result after any other reading, in any order, from one request."""
    server = serve(whole())
    stream = make(harness.client("k", server.url))
    if before == "one event":
        next(stream)
    elif before == "all events":
        assert seen(list(stream)) == [1, 2, 3, 4]
    elif before == "until_done":
        stream.until_done()

    assert list(stream.text) == ["我是", "秦始皇"]
    assert stream.final_run().id == "run_1"
    assert stream.final_run().status == "completed"
    assert stream.final_text() == TEXT
    assert stream.messages == {"m": TEXT}
    assert stream.current_run is stream.final_run()
    stream.until_done()
    assert list(stream.text) == ["我是", "秦始皇"]
    assert len(server.exchanges) == 1


@pytest.mark.parametrize(
    "lens", ["final_run", "final_text", "until_done", "text", "events", "messages", "current_run"]
)
def test_one_lens(harness: ClientHarness, serve: Serve, lens: str) -> None:
    """One is enough to read the whole stream; two are properties, which read nothing."""
    server = serve(whole())
    stream = stream_of(harness.client("k", server.url))

    found = {
        "final_run": lambda: stream.final_run().status,
        "final_text": lambda: stream.final_text(),
        "until_done": lambda: stream.until_done(),
        "text": lambda: "".join(stream.text),
        "events": lambda: len(list(stream)),
        "messages": lambda: stream.messages,
        "current_run": lambda: stream.current_run,
    }[lens]()

    expected = {"final_run": "completed", "final_text": TEXT, "text": TEXT, "events": 4}
    assert found == expected.get(lens, {} if lens == "messages" else None)
    assert len(server.exchanges) == (0 if lens in ("messages", "current_run") else 1)


def test_texts_come_when_they_are_sent(harness: ClientHarness, serve: Serve) -> None:
    """Each delta is given before the server sends the next one; events may be read in between."""
    go = [threading.Event() for _ in range(3)]

    def script(exchange: Exchange) -> None:
        exchange.send(CHUNKED)
        for body, gate in zip((BEGIN + piece(2, "你"), piece(3, "好"), END), go, strict=True):
            exchange.send(chunk(body))
            assert gate.wait(PATIENCE)

    with stream_of(harness.client("k", serve(script).url)) as stream:
        texts = iter(stream.text)
        assert next(texts) == "你"
        assert stream.current_run.status == "queued"
        assert stream.messages == {"m": "你"}
        go[0].set()
        assert next(stream).send_id == 3
        assert next(texts) == "好"
        go[1].set()
        assert stream.final_text() == "你好"
        with pytest.raises(StopIteration):
            next(texts)
        go[2].set()


def test_leaving_the_texts(harness: ClientHarness, serve: Serve) -> None:
    """A loop over the texts that is left leaves the stream, and closes the connection."""
    disconnected = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.send(CHUNKED + chunk(BEGIN + piece(2, "你")))
        assert exchange.client_disconnected()
        disconnected.set()

    stream = stream_of(harness.client("k", serve(script).url))
    for _ in stream.text:
        break

    assert disconnected.wait(PATIENCE)
    with pytest.raises(RuntimeError, match="closed before the run's final event"):
        stream.final_run()


def test_leaving_the_texts_of_an_entered_stream(harness: ClientHarness, serve: Serve) -> None:
    """The block says when the stream is left, not the loop."""
    with stream_of(harness.client("k", serve(whole()).url)) as stream:
        for _ in stream.text:
            break
        assert seen(list(stream)) == [3, 4]
    assert stream.final_text() == TEXT


def test_several_messages(harness: ClientHarness, serve: Serve) -> None:
    """The texts are those of all, the final one that of the last; empty ones are none."""
    end = status(6, "run_end", "completed", run_object=RUN)
    stream = stream_of(harness.client("k", serve(whole(TWO + end)).url))

    assert list(stream.text) == ["先", "查", "完"]
    assert stream.final_text() == "查完"
    assert stream.messages == {"m1": "先", "m2": "查完"}


@pytest.mark.parametrize("state", ["failed", "cancelled", "expired"])
def test_a_run_that_ended_badly(harness: ClientHarness, serve: Serve, state: str) -> None:
    """The run is returned as it ended; its partial text is no answer."""
    end = status(6, "run_end", state, run_object={**RUN, "status": state})
    stream = stream_of(harness.client("k", serve(whole(TWO + end)).url))

    assert stream.final_run().status == state
    with pytest.raises(NoTextError, match=f"has no answer: it .*{state}"):
        stream.final_text()
    assert stream.messages == {"m1": "先", "m2": "查完"}


def test_a_final_event_without_the_run(harness: ClientHarness, serve: Serve) -> None:
    """The run is looked up when it is asked for, and once."""
    end = event("status", {"status": "completed", "send_id": 6, "event_type": "run_end"})

    def script(exchange: Exchange) -> None:
        query = exchange.path.endswith("/query")
        exchange.send(run_as("completed") if query else framed(TWO + end)["length"])

    server = serve(script)
    stream = stream_of(harness.client("k", server.url))
    stream.until_done()
    assert len(server.exchanges) == 1

    assert stream.final_run().status == "completed"
    assert stream.final_text() == "查完"
    assert server.exchanges[1].json == {"thread_id": "t", "run_id": "run_1"}
    assert len(server.exchanges) == 2


def test_a_final_event_of_no_run(harness: ClientHarness, serve: Serve) -> None:
    """Without any id there is nothing to look up."""
    end = event("status", {"status": "completed", "send_id": 1, "event_type": "run_end"})
    stream = stream_of(harness.client("k", serve(whole(end)).url))
    stream.until_done()

    with pytest.raises(StreamInterruptedError, match="its final event names no run"):
        stream.final_run()


@pytest.mark.parametrize("make", [stream_of, manager_of], ids=["stream", "manager"])
@pytest.mark.parametrize("lens", ["final_run", "until_done", "text", "next"])
def test_a_closed_stream(harness: ClientHarness, serve: Serve, make: Any, lens: str) -> None:
    """A missing text is unavailable from then on, and not made up."""
    stream = make(harness.client("k", serve(whole()).url))
    with stream:
        next(stream)

    read = {"text": lambda: list(stream.text), "next": lambda: next(stream)}
    with pytest.raises(RuntimeError, match=r"closed before the run's final event.*runs\.query"):
        read.get(lens, lambda: getattr(stream, lens)())()
    assert stream.messages == {}
    assert stream.current_run.status == "queued"


def test_a_stream_that_failed(harness: ClientHarness, serve: Serve) -> None:
    """Each lens raises what the stream did; the texts that came are given before it."""
    body = BEGIN + piece(2, "我是") + event("status", "{")
    server = serve(lambda exchange: exchange.send(framed(body)["length"]))
    stream = stream_of(harness.client("k", server.url))
    with pytest.raises(StreamInterruptedError) as first:
        list(stream)

    texts = []
    for lens in (stream.final_run, stream.final_text, stream.until_done, stream.__next__):
        with pytest.raises(StreamInterruptedError) as again:
            lens()
        assert again.value is first.value
    with pytest.raises(StreamInterruptedError):
        texts.extend(stream.text)
    assert texts == ["我是"]
    assert len(server.exchanges) == 1


def test_lenses_as_they_are_written(serve: Serve) -> None:
    """`async for` over the texts, `await` for the end; plain words in the other client."""
    url = serve(whole()).url

    async def main() -> tuple[list[str], Any, str]:
        async with AsyncAppBuilder("k", url) as client:
            stream = client.threads.runs.stream_run("a", "t")
            texts = [text async for text in stream.text]
            return texts, await stream.final_run(), await stream.final_text()

    texts, run, text = asyncio.run(main())
    with AppBuilder("k", url) as client:
        stream = client.threads.runs.stream_run("a", "t")
        assert list(stream.text) == texts == ["我是", "秦始皇"]
        assert stream.final_run() == run
        assert stream.final_text() == text == TEXT
