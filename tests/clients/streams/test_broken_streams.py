"""Every way a stream can fail to come, or to reach its end."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    ApiStatusError,
    ApiTimeoutError,
    NotFoundError,
    RateLimitError,
    ResponseError,
    ServerError,
    StreamInterruptedError,
)

from tests.clients.bodies import (
    BEGIN,
    CHUNKED,
    END,
    STREAM,
    BrokenStream,
    chunk,
    event,
    framed,
    piece,
    run_as,
    seen,
    stored,
    stream_of,
)
from tests.clients.client_harness import ClientHarness, SyncHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import Exchange, answer


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "state"), [("chunked", "in_progress"), ("length", "completed"), ("close", "failed")]
)
def test_cut_at_every_byte(harness: ClientHarness, serve: Serve, how: str, state: str) -> None:
    """Cut anywhere, headers included, a stream gives a true beginning and is then looked up.

    Only a run that has ended makes a success of it, and only with the whole text.
    """
    whole = framed(BEGIN + piece(2, "我是") + END)[how]
    broken = BrokenStream(whole, run_as(state), stored(m="我是秦始皇"))
    server = serve(broken)
    client = harness.client("k", server.url, retry=AT_ONCE)
    final = whole.index(END) + len(END) if how != "chunked" else whole.rindex(b"\n\n") + 2
    outcomes = []

    # Both clients have one reader; the asynchronous one takes thrice as long to get to it.
    for cut in range(0, len(whole), 1 if isinstance(harness, SyncHarness) else 3):
        broken.sent = whole[:cut]
        stream = stream_of(client)
        events: list[Any] = []
        caught = None
        try:
            events.extend(stream)
        except StreamInterruptedError as error:
            caught = error
        looked_up = [one for one in events if one.send_id == 0]
        events = [one for one in events if one.send_id != 0]
        if caught is not None:
            assert looked_up == []
            assert caught.snapshot is stream.snapshot
            assert caught.run_id == ("run_1" if events else None)
            assert not stream.snapshot.finished
            outcomes.append("interrupted")
        else:
            outcomes.append("reconciled" if stream.snapshot.reconciled else "read")
            # The final event counts once it is there, whatever framing may follow it.
            assert (outcomes[-1] == "read") == (cut >= final)
            text = "我是秦始皇" if stream.snapshot.reconciled and state == "completed" else "我是"
            assert stream.messages == ({"m": text} if len(events) > 1 or text != "我是" else {})
            assert len(looked_up) == (text != "我是")
        assert seen(events) == [1, 2, 4][: len(events)]
        assert stream.snapshot.last_send_id == (seen(events)[-1] if events else None)

    said = list(dict.fromkeys(outcomes))
    ends = [] if final == len(whole) else ["read"]
    assert said == ["interrupted", *([] if state == "in_progress" else ["reconciled"]), *ends]


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
def test_no_stream(harness: ClientHarness, serve: Serve, sent: bytes, cls: type[Exception]) -> None:
    """An error in place of a stream is that error; a wrong type of answer is a ResponseError."""
    server = serve(lambda exchange: (exchange.send(sent), False)[1])

    with pytest.raises(cls) as caught:
        list(stream_of(harness.client("k", server.url, retry=AT_ONCE)))

    assert type(caught.value) is cls
    assert len(server.exchanges) == 1


def test_a_limit_that_lasts(harness: ClientHarness, serve: Serve) -> None:
    """After the last attempt the refusal is raised as it came."""
    server = serve(lambda exchange: exchange.send(answer({}, "429 Too Many", retry_after="0")))

    with pytest.raises(RateLimitError):
        list(stream_of(harness.client("k", server.url)))

    assert len(server.exchanges) == 3


def test_silence(harness: ClientHarness, serve: Serve) -> None:
    """Silence before the answer is a timeout, in the middle of it an interruption."""
    first = threading.Event()

    def script(exchange: Exchange) -> None:
        if first.is_set():
            exchange.send(CHUNKED + chunk(BEGIN))
        first.set()
        exchange.client_disconnected()

    client = harness.client("k", serve(script).url, timeout=1)
    with pytest.raises(ApiTimeoutError) as before:
        list(stream_of(client))
    stream = stream_of(client)
    with pytest.raises(StreamInterruptedError, match="read timed out after") as within:
        list(stream)

    assert type(before.value) is ApiTimeoutError
    assert within.value.snapshot.last_send_id == 1


def test_a_server_that_is_not_there(harness: ClientHarness) -> None:
    """Not reaching the server is no interruption: nothing began."""
    with pytest.raises(ApiConnectionError) as caught:
        list(stream_of(harness.client("k", "http://127.0.0.1:9", retry=AT_ONCE)))

    assert type(caught.value) is ApiConnectionError
    assert caught.value.reached_server is False
