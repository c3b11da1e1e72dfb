"""Streams that come in odd pieces, with large events, or with long pauses."""

from __future__ import annotations

import threading

import appbuilder_mock
import pytest
from appbuilder_assistants import RetryPolicy, StreamInterruptedError, UnknownEvent
from appbuilder_mock.scenarios import Reply, Rule

from tests.clients.bodies import (
    BEGIN,
    CHUNKED,
    END,
    chunk,
    event,
    framed,
    piece,
    run_as,
    seen,
    stream_of,
)
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, Exchange

pytestmark = pytest.mark.usefixtures("decoder")

ODD = (
    "\ufeff: 你好\r\n\r\nid: 1\r\nretry: 10\r\nevent: message\rdata: "
    '{"send_id": 1, "message_id": "m",\ndata: "content": [{"type": "text", "text": '
    '{"value": "秦😀"}}]}\r\n\r\nevent: audio\ndata\ndata: 一\n\nevent\nid\n\n'
    'event:status\ndata:{"send_id":2,"status":"completed","event_type":"run_end"}\r\r'
).encode()


def test_where_the_network_cuts_changes_nothing(harness: ClientHarness, serve: Serve) -> None:
    """Cut here or there, or into single bytes: the events are the same (core cuts everywhere)."""
    bodies = [chunk(ODD[:cut]) + chunk(ODD[cut:]) for cut in range(1, len(ODD), 4)]
    bodies.append(b"".join(chunk(ODD[i : i + 1]) for i in range(len(ODD))))
    disconnected = iter(bodies)
    server = serve(lambda exchange: (exchange.send(CHUNKED + next(disconnected)), False)[1])
    client = harness.client("k", server.url)

    for _ in bodies:
        stream = stream_of(client)
        message, unknown, end = stream
        assert message.content[0].text.value == "秦😀"
        assert unknown == UnknownEvent("audio", "\n一")
        assert end.status == "completed"
        assert stream.messages == {"m": "秦😀"}


def test_a_megabyte_in_one_event(harness: ClientHarness, serve: Serve) -> None:
    """A large event arrives whole."""
    text = "秦" * 400_000
    body = BEGIN + piece(2, text) + END
    server = serve(lambda exchange: exchange.send(framed(body)["chunked"]))

    assert stream_of(harness.client("k", server.url)).final_text() == text


def test_an_event_without_end(harness: ClientHarness, serve: Serve) -> None:
    """A server cannot fill the memory with one event: it is given up, and the connection closed."""
    disconnected = threading.Event()

    def script(exchange: Exchange) -> None:
        try:
            exchange.send(CHUNKED + chunk(BEGIN) + chunk(b"data: "))
            megabyte = chunk(b"x" * 1024 * 1024)
            while True:
                exchange.send(megabyte)
        except OSError:
            disconnected.set()

    stream = stream_of(harness.client("k", serve(script).url))
    with pytest.raises(StreamInterruptedError, match="more than 67,108,864 bytes"):
        list(stream)

    assert disconnected.wait(PATIENCE)
    assert stream.snapshot.last_send_id == 1


def test_pings_keep_a_quiet_stream_alive(harness: ClientHarness, serve: Serve) -> None:
    """A stream that only pings may take longer than the timeout; one that is silent may not."""
    pause = threading.Event()

    def script(exchange: Exchange) -> None:
        if exchange.path.endswith("/query"):
            exchange.send(run_as("in_progress"))
            return
        exchange.send(CHUNKED + chunk(BEGIN))
        if exchange.json["assistant_id"] == "a":
            for _ in range(24):  # twenty in one timeout: most of them may be late
                pause.wait(0.05)
                exchange.send(chunk(event("ping", "{}")))
            exchange.send(chunk(END))
        exchange.client_disconnected()

    client = harness.client("k", serve(script).url, timeout=1.0, retry=RetryPolicy(attempts=1))

    assert seen(list(stream_of(client))) == [1, 4]
    with pytest.raises(StreamInterruptedError, match="read timed out after"):
        list(client.threads.runs.stream_run("silent", "t"))


def test_pings_of_the_mock(harness: ClientHarness) -> None:
    """The mock pings while a model thinks for longer than the timeout."""
    slow = Rule(reply=Reply("想好了", first_delay=1.5))
    with appbuilder_mock.running(ping_interval=0.05, scenario=[slow]) as mock:
        client = harness.client(mock.token, mock.url, timeout=1.0)
        assistant = client.assistants.create("a")
        question = {"messages": [{"role": "user", "content": "你好"}]}

        assert (
            client.threads.runs.stream_run(assistant.id, thread=question).final_text() == "想好了"
        )
