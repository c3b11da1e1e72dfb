"""Streams and events as a terminal shows them."""

from __future__ import annotations

from tests.clients.bodies import BEGIN, END, event, manager_of, piece, stream_of, whole
from tests.clients.client_harness import ClientHarness, SyncHarness
from tests.clients.conftest import Serve


def test_a_stream_in_a_terminal(harness: ClientHarness, serve: Serve) -> None:
    """It says whether it is open, which run it is, how that stands and how its answer begins."""
    long = "很长的回答。" * 20_000
    server = serve(whole(BEGIN + piece(2, "我是", "m1") + piece(3, long, "m2") + END))
    stream = stream_of(harness.client("k" * 20, server.url))
    name = "RunStream" if isinstance(harness, SyncHarness) else "AsyncRunStream"

    assert repr(stream) == (
        f"<{name} not opened: RunSnapshot(run_id=None, thread_id='t', status=None, text='', "
        "last_send_id=None, finished=False, reconciled=False)>"
    )
    next(stream)
    next(stream)
    assert repr(stream) == (
        f"<{name} open: RunSnapshot(run_id='run_1', thread_id='t', status='queued', "
        "text='我是', last_send_id=2, finished=False, reconciled=False)>"
    )
    stream.until_done()
    assert repr(stream) == (
        f"<{name} finished: RunSnapshot(run_id='run_1', thread_id='t', status='completed', "
        f"text='{'很长的回答。' * 8}…', last_send_id=4, finished=True, reconciled=False)>"
    )


def test_a_stream_that_repeats_the_token_in_a_terminal(
    harness: ClientHarness, serve: Serve
) -> None:
    """The token is hidden, also in the manager of a handler, and when the stream was closed."""
    token = "bce-v3/ALTAK-secret-token/0123456789"
    server = serve(whole(BEGIN + piece(2, f"令牌 {token}!") + END))
    client = harness.client(token, server.url)
    manager = manager_of(client)
    stream = stream_of(client)

    manager.until_done()
    next(stream)
    next(stream)
    stream.close()

    assert "RunStream finished: RunSnapshot(run_id='run_1'" in repr(manager)
    assert "RunStream closed: RunSnapshot(run_id='run_1'" in repr(stream)
    for shown in (repr(manager), repr(stream)):
        assert "text='令牌 ***!'" in shown
        assert "ALTAK" not in shown


def test_an_unknown_event_in_a_terminal(harness: ClientHarness, serve: Serve) -> None:
    """The beginning of what it came with."""
    server = serve(whole(BEGIN + event("audio", {"声": "音" * 100_000}) + END))

    _, unknown, _ = list(stream_of(harness.client("k", server.url)))

    assert repr(unknown) == f"UnknownEvent(event='audio', data='{{\"声\": \"{'音' * 41}…')"
    assert len(unknown.data) > 100_000
