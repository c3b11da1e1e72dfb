"""Responses that a fault cuts off, breaks or slows down."""

from __future__ import annotations

from pathlib import Path

import appbuilder_mock
import httpx
import pytest
from appbuilder_mock.scenarios import (
    Cut,
    Drip,
    Fault,
    Malformed,
    Match,
    Pause,
    Reply,
    Rule,
)

from tests.mock.process import serving
from tests.mock.scenarios.calls import LONG, events_in, inject, streamed, threads
from tests.mock.wire import Api, order

SILENCE = 1.0
"""Seconds without a byte: more than a hundred times what comes at once takes."""

# ── Cuts ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [0, 1, 4])
def test_cut_after_an_event(mock: appbuilder_mock.Running, api: Api, count: int) -> None:
    """The events before the cut come whole, then the connection ends without the last chunk."""
    mock.script(Rule(fault=Fault(cut=Cut(after_event=count))))
    received, error = streamed(api)

    assert len(events_in(received)) == count
    assert received.endswith(b"\n\n") or not received
    assert isinstance(error, httpx.RemoteProtocolError)


@pytest.mark.parametrize("count", [0, 1, 700])
def test_cut_after_a_byte_of_a_stream(mock: appbuilder_mock.Running, api: Api, count: int) -> None:
    """In the middle of an event, exactly there."""
    mock.script(Rule(fault=Fault(cut=Cut(after_byte=count))))
    received, error = streamed(api)

    assert len(received) == count
    assert isinstance(error, httpx.RemoteProtocolError)


def test_pings_are_no_events(mock: appbuilder_mock.Running, api: Api) -> None:
    """They come between, and do not count."""
    reply = Reply(chunks=["一", "二"], first_delay=0.3)
    mock.script(Rule(reply=reply, fault=Fault(cut=Cut(after_event=4))))
    received, _ = streamed(api)

    assert b"event: ping" in received
    assert len(events_in(received)) == 4
    assert "一" in events_in(received)[-1].decode()


def test_cut_of_an_answer(mock: appbuilder_mock.Running, api: Api) -> None:
    """The header says how long it would have been."""
    inject(mock, Fault(cut=Cut(after_byte=10)))
    with pytest.raises(httpx.RemoteProtocolError, match="received 10 bytes, expected"):
        api.post("threads", {})

    assert threads(mock) == 1


def test_a_cut_behind_the_end(mock: appbuilder_mock.Running, api: Api) -> None:
    """A cut behind the end has no effect."""
    mock.script(Rule(match=Match(operation="any"), fault=Fault(cut=Cut(after_byte=10**9))))
    assert api.thread()
    mock.script(Rule(fault=Fault(cut=Cut(after_event=1000))))
    received, error = streamed(api)

    assert b"run_end" in received
    assert error is None


def test_a_run_with_a_stream_that_is_cut(mock: appbuilder_mock.Running, api: Api) -> None:
    """It continues: the answer is in the thread."""
    mock.script(Rule(reply="再见", fault=Fault(cut=Cut(after_event=1))))
    streamed(api)
    [thread] = mock.state()["threads"]
    while thread["runs"][0]["status"] != "completed":
        [thread] = mock.state()["threads"]

    assert [message["text"] for message in thread["messages"]] == ["你好", "再见"]


# ── Broken and slow ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("raw", ["data: {oops", "data: [1,\ndata: 2]", ": 只是注释"])
def test_malformed(mock: appbuilder_mock.Running, api: Api, raw: str) -> None:
    """One event is replaced; those around it are whole, with their numbers."""
    mock.script(Rule(fault=Fault(malformed=Malformed(3, raw))))
    received, error = streamed(api)
    events = events_in(received)

    assert events[2] == raw.encode()
    assert b'"send_id": 2,' in events[1]
    assert b'"send_id": 4,' in events[3]
    assert b"run_end" in events[-1]
    assert error is None


def test_pause_before_an_event(mock: appbuilder_mock.Running, api: Api) -> None:
    """Earlier events have come; not even a ping comes then; and the run continues."""
    mock.script(Rule(reply="再见", fault=Fault(pause=Pause(LONG, before_event=3))))
    received, error = streamed(api, timeout=SILENCE)

    assert len(events_in(received)) == 2
    assert b"ping" not in received
    assert isinstance(error, httpx.ReadTimeout)
    assert mock.state()["threads"][0]["runs"][0]["status"] == "completed"


def test_a_pause_that_ends(mock: appbuilder_mock.Running, api: Api) -> None:
    """Nothing is lost by it."""
    mock.script(Rule(fault=Fault(pause=Pause(0.1, before_event=2))))

    assert order(api.streamed())[-1] == "run_end"


def test_pause_before_the_answer(mock: appbuilder_mock.Running, api: Api) -> None:
    """All is carried out before; with a status, the status comes after it."""
    inject(mock, Fault(pause=Pause(LONG)))
    with pytest.raises(httpx.ReadTimeout):
        api.post("threads", {}, timeout=SILENCE)
    assert threads(mock) == 1

    inject(mock, Fault(pause=Pause(0.01), status=504))
    assert api.post("threads", {}).status_code == 504


def test_drip(mock: appbuilder_mock.Running, api: Api) -> None:
    """The body comes in pieces of this size, with a pause after each."""
    mock.script(Rule(fault=Fault(drip=Drip(16, LONG))))
    received, error = streamed(api, timeout=SILENCE)

    assert len(received) == 16
    assert isinstance(error, httpx.ReadTimeout)


def test_a_drip_that_ends(mock: appbuilder_mock.Running, api: Api) -> None:
    """All comes, of a stream and of an answer."""
    rule = Rule(match=Match(operation="any"), fault=Fault(drip=Drip(50, 0.0)))
    mock.script(rule)

    assert api.thread()
    assert order(api.streamed())[-1] == "run_end"


def test_content_type(mock: appbuilder_mock.Running, api: Api) -> None:
    """It is another one; the answer is what it was."""
    inject(mock, Fault(content_type="text/html"))
    response = api.post("threads", {})
    fault = Fault(content_type="application/json", cut=Cut(after_event=2))
    mock.script(Rule(fault=fault))
    received, _ = streamed(api)

    assert response.headers["content-type"] == "text/html"
    assert response.json()["object"] == "thread"
    assert len(events_in(received)) == 2


def test_faults_together(mock: appbuilder_mock.Running, api: Api) -> None:
    """The pause, the broken event, the drip and the cut, each at its place."""
    fault = Fault(
        pause=Pause(0.01, before_event=1),
        malformed=Malformed(2, "data: 坏"),
        drip=Drip(7, 0.0),
        cut=Cut(after_event=3),
    )
    mock.script(Rule(reply="再见", fault=fault))
    received, error = streamed(api)

    assert [b"run_begin" in event for event in events_in(received)] == [True, False, False]
    assert events_in(received)[1] == "data: 坏".encode()
    assert isinstance(error, httpx.RemoteProtocolError)


BROKEN = """
rules:
  - match: {operation: createThread, times: 1}
    fault: {reset: before_reading}
  - match: {operation: createThread, times: 1}
    fault: {reset: before_answering}
  - match: {operation: createThread, times: 1}
    fault: {cut: {after_byte: 0}}
  - match: {operation: createThread, times: 1}
    fault: {cut: {after_byte: 9}, drip: {bytes: 4, seconds: 0}}
  - match: {operation: createThread, times: 1}
    fault: {pause: {seconds: 3600}}
  - fault: {cut: {after_event: 3}}
"""


def test_the_server_says_nothing(tmp_path: Path) -> None:
    """The server logs nothing about broken connections, and does not wait for a pause."""
    file = tmp_path / "场景.yaml"
    file.write_text(BROKEN, encoding="utf-8")
    with serving("--scenario", file) as server, server.api() as api:
        for _ in range(5):
            with pytest.raises(httpx.TransportError):
                api.post("threads", {}, timeout=0.5)
        assert len(events_in(streamed(api)[0])) == 3
        assert api.thread()
        assert server.stop() == (0, "", "")
