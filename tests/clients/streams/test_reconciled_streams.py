"""Streams that broke off and are completed by looking the run up."""

from __future__ import annotations

import socket
import struct
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import StreamInterruptedError
from appbuilder_mock.scenarios import Cut, Fault, Match, Pause, Reply, Rule

from tests.clients.bodies import (
    ABRUPT,
    BEGINNING,
    LENGTH,
    POLITE,
    WHOLE,
    BrokenStream,
    framed,
    run_as,
    seen,
    stream_of,
)
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import Exchange
from tests.clients.recorder import recorder
from tests.clients.test_against_the_mock import asked

SHORT = LENGTH % 5000 + BEGINNING
ENDS = {"polite": POLITE, "abrupt": ABRUPT, "short": SHORT, "unframed": framed(BEGINNING)["close"]}


@pytest.mark.parametrize("sent", ENDS.values(), ids=list(ENDS))
def test_an_early_end_of_a_run_that_completed(
    harness: ClientHarness, serve: Serve, sent: bytes
) -> None:
    """Polite or not, it is found out: the run is given as it ended, and its text whole."""
    server = serve(BrokenStream(sent, run_as("completed"), WHOLE))
    stream = stream_of(harness.client("k", server.url))

    events = list(stream)

    assert seen(events) == [1, 2, 0]
    assert events[-1].message_id == "m"
    assert [part.text.value for part in events[-1].content] == ["秦始皇"]
    assert stream.snapshot.reconciled
    assert stream.snapshot.status == "completed"
    assert stream.final_run().status == "completed"
    assert stream.final_text() == "我是秦始皇"
    assert stream.messages == {"m": "我是秦始皇"}
    assert list(stream.text) == ["我是", "秦始皇"]
    assert [(e.path, e.json) for e in server.exchanges[1:]] == [
        ("/v2/threads/runs/query", {"thread_id": "t", "run_id": "run_1"}),
        ("/v2/threads/messages/list", {"thread_id": "t"}),
    ]


@pytest.mark.parametrize("lens", ["text", "final_text", "final_run", "until_done", "with"])
def test_each_lens_over_a_break(harness: ClientHarness, serve: Serve, lens: str) -> None:
    """None takes the beginning for the whole."""
    server = serve(BrokenStream(ABRUPT, run_as("completed"), WHOLE))
    stream = stream_of(harness.client("k", server.url))

    if lens == "text":
        assert "".join(stream.text) == "我是秦始皇"
    elif lens == "final_text":
        assert stream.final_text() == "我是秦始皇"
    elif lens == "final_run":
        assert stream.final_run().status == "completed"
    elif lens == "until_done":
        stream.until_done()
    else:
        with stream:
            list(stream)
    assert stream.messages == {"m": "我是秦始皇"}
    assert stream.snapshot.finished
    assert len(server.exchanges) == 3


def test_a_reset_connection(harness: ClientHarness, serve: Serve) -> None:
    """A reset is a break like any other."""
    others = BrokenStream(b"", run_as("failed"))

    def script(exchange: Exchange) -> bool:
        if exchange.path != "/v2/threads/runs":
            return others(exchange)
        exchange.send(ABRUPT)
        exchange.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    stream = stream_of(harness.client("k", serve(script).url))

    assert stream.final_run().status == "failed"
    assert stream.messages == {"m": "我是"}


def test_silence_of_a_run_that_ended(harness: ClientHarness, serve: Serve) -> None:
    """Silence past the read timeout is a break, too."""
    others = BrokenStream(b"", run_as("completed"), WHOLE)

    def script(exchange: Exchange) -> bool:
        if exchange.path != "/v2/threads/runs":
            return others(exchange)
        exchange.send(ABRUPT)
        assert exchange.client_disconnected()
        return False

    stream = stream_of(harness.client("k", serve(script).url, timeout=0.3))

    assert stream.final_text() == "我是秦始皇"


def test_a_run_that_the_call_knows(harness: ClientHarness, serve: Serve) -> None:
    """A stream that continues a run need not name it."""
    server = serve(BrokenStream(framed(b"")["chunked"], run_as("completed"), WHOLE))
    runs = harness.client("k", server.url).threads.runs
    output = {"tool_call_id": "c", "output": "晴", "run_id": "run_1"}

    stream = runs.stream_run("a", "t", tool_output=output)

    assert stream.final_text() == "我是秦始皇"
    assert server.exchanges[1].json == {"thread_id": "t", "run_id": "run_1"}


@pytest.mark.parametrize("state", ["completed", "in_progress"])
def test_a_handler(harness: ClientHarness, serve: Serve, state: str) -> None:
    """It gets the rest of the text, and then that the run was looked up."""
    ended: list[Any] = []
    handler = recorder(harness, reconciled=lambda self, run: ended.append(run.status))
    server = serve(BrokenStream(ABRUPT, run_as(state), WHOLE))
    manager = harness.client("k", server.url).threads.runs.stream_run_with_handler(
        "a", "t", event_handler=handler
    )

    if state == "completed":
        manager.until_done()
        assert manager.final_text() == "我是秦始皇"
    else:
        with pytest.raises(StreamInterruptedError):
            manager.until_done()

    looked_up = ["messages", "reconciled"] if state == "completed" else []
    assert handler.called == ["run_begin", "messages", *looked_up]
    assert ended == ["completed"] * (state == "completed")


@pytest.mark.parametrize("streamed", ["events", "text"])
def test_the_mock_cuts_a_stream(harness: ClientHarness, streamed: str) -> None:
    """The whole way: the run completes behind the cut, and its text is had all the same."""
    with appbuilder_mock.running(
        scenario=[
            Rule(
                match=Match(text="断流"),
                reply=Reply(chunks=["再", "见", "了"]),
                fault=Fault(pause=Pause(0.2, before_event=5), cut=Cut(after_event=5)),
            )
        ]
    ) as server:
        client = harness.client(server.token, server.url)
        assistant = client.assistants.create("a")
        stream = client.threads.runs.stream_run(assistant.id, thread=asked("断流"))
        if streamed == "text":
            assert list(stream.text) == ["再", "见", "了"]
        else:
            assert [e.send_id for e in stream] == [1, 2, 3, 4, 5, 0]

        assert stream.snapshot.reconciled
        assert stream.final_text() == "再见了"
        assert stream.final_run().status == "completed"
        server.assert_received("queryRun", times=1, run_id=stream.snapshot.run_id)
