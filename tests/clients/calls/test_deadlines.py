"""The deadline of a whole call: retries, pauses, drips and streams together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import appbuilder_mock
import httpx
import pytest
from appbuilder_assistants import (
    ApiTimeoutError,
    AppBuilder,
    DeadlineExceededError,
    RetryPolicy,
    ServerError,
)

from tests.clients.bodies import BEGIN, CHUNKED, OUTPUTS, RUN, chunk, event, stream_of
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import Exchange, answer

SOON = 0.3
"""Seconds that a call may take here."""

LATE = 8.0
"""Seconds after which the deadline was certainly missed; the servers here take longer."""

LOOK_UP = "look-up"
CALLS: dict[str, Callable[[Any], Any]] = {
    LOOK_UP: lambda c: c.threads.runs.query("t", "r"),
    "run": lambda c: c.threads.runs.run("a", "t"),
    "content": lambda c: c.assistants.files.content("f"),
    "upload": lambda c: c.assistants.files.create(b"x"),
    "stream": lambda c: list(stream_of(c)),
    "pages": lambda c: list(c.threads.runs.list_all("t")),
}


def silent(exchange: Exchange) -> None:
    exchange.client_disconnected()


def dripping(data: bytes) -> Callable[[Exchange], None]:
    """A server that never leaves the client without a byte for long."""

    def script(exchange: Exchange) -> None:
        gone = threading.Event()
        for byte in data:
            exchange.send(bytes([byte]))
            gone.wait(0.02)

    return script


SERVERS: dict[str, Callable[[Exchange], None]] = {
    "silence": silent,
    "headers drip": dripping(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 2000),
    "body drips": dripping(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2000\r\n\r\n"
        + b" " * 2000
    ),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@pytest.mark.parametrize("script", SERVERS.values(), ids=SERVERS.keys())
def test_an_answer_that_does_not_come(
    harness: ClientHarness, serve: Serve, call: Callable[[Any], Any], script: Any
) -> None:
    """It is over at the deadline, whether nothing comes or always a little."""
    client = harness.client("k", serve(script).url, deadline=SOON)

    begun = time.monotonic()
    with pytest.raises(DeadlineExceededError, match="the deadline passed") as caught:
        call(client)

    assert time.monotonic() - begun < LATE
    assert isinstance(caught.value, ApiTimeoutError)
    assert caught.value.cancelled is False


def test_pings_do_not_outlast_a_deadline(harness: ClientHarness, serve: Serve) -> None:
    """A stream that is kept alive still ends at its deadline, and says which run it was."""

    def script(exchange: Exchange) -> None:
        exchange.send(CHUNKED + chunk(BEGIN))
        gone = threading.Event()
        for _ in range(1000):
            exchange.send(chunk(event("ping", "")))
            gone.wait(0.02)

    client = harness.client("k", serve(script).url)
    stream = client.threads.runs.stream_run("a", "t", deadline=2)

    begun = time.monotonic()
    with pytest.raises(DeadlineExceededError) as caught:
        list(stream)

    assert time.monotonic() - begun < LATE
    assert caught.value.run_id == stream.snapshot.run_id == "run_1"


def test_retries_share_a_deadline(harness: ClientHarness, serve: Serve) -> None:
    """Attempts continue while there is time; a pause is not begun if it outlasts the deadline."""
    pauses: list[dict[str, str]] = [{}, {"retry_after": "30"}]
    server = serve(lambda e: e.send(answer({}, "503 Service Unavailable", **pauses.pop(0))))
    policy = RetryPolicy(attempts=50, first_delay=0.1, max_delay=60)
    client = harness.client("k", server.url, deadline=20, retry=policy)

    with pytest.raises(
        DeadlineExceededError, match="another attempt, and before it: 503"
    ) as caught:
        CALLS[LOOK_UP](client)

    assert len(caught.value.attempts) == len(server.exchanges) == 2
    assert {attempt.status_code for attempt in caught.value.attempts} == {503}
    assert isinstance(caught.value.__cause__, ServerError)


def test_a_long_pause_is_not_begun(harness: ClientHarness, serve: Serve) -> None:
    """A Retry-After beyond the deadline fails the call at once."""
    server = serve(lambda e: e.send(answer({}, "429 Too Many Requests", retry_after="30")))
    client = harness.client("k", server.url, deadline=20, retry=RetryPolicy(max_delay=60))

    begun = time.monotonic()
    with pytest.raises(DeadlineExceededError, match="429"):
        CALLS[LOOK_UP](client)

    assert time.monotonic() - begun < LATE


def test_a_shorter_time_out_still_holds(harness: ClientHarness, serve: Serve) -> None:
    """The silence that a timeout allows is not stretched by a deadline."""
    client = harness.client("k", serve(silent).url, deadline=600, timeout=0.2, retry=AT_ONCE)

    with pytest.raises(ApiTimeoutError, match="read timed out after") as caught:
        CALLS["run"](client)

    assert type(caught.value) is ApiTimeoutError


def test_a_call_that_is_in_time(harness: ClientHarness, serve: Serve) -> None:
    """Each call has the whole deadline for itself."""
    pause = threading.Event()
    server = serve(lambda exchange: (pause.wait(0.2), exchange.send(answer(RUN)))[1])
    client = harness.client("k", server.url, deadline=2)  # ten times what one takes

    assert [CALLS[LOOK_UP](client).id for _ in range(11)] == ["run_1"] * 11


@pytest.mark.parametrize("script", SERVERS.values(), ids=SERVERS.keys())
def test_an_http_client_of_ones_own(harness: ClientHarness, serve: Serve, script: Any) -> None:
    """The deadline holds as it does with the client's own connections."""
    client = harness.client("k", serve(script).url, deadline=SOON, http_client=harness.http())

    begun = time.monotonic()
    with pytest.raises(DeadlineExceededError):
        CALLS[LOOK_UP](client)

    assert time.monotonic() - begun < LATE


def test_other_uses_of_an_http_client(serve: Serve) -> None:
    """Requests of its owner have no deadline, also on a connection that a call used."""
    servers: list[Callable[[Exchange], None]] = [
        lambda exchange: exchange.send(answer(RUN)),
        dripping(answer({"文": "慢"})),
    ]
    server = serve(lambda exchange: servers[len(server.exchanges) - 1](exchange))
    with httpx.Client() as http:
        client = AppBuilder("k", server.url, deadline=1.5, http_client=http)
        CALLS[LOOK_UP](client)

        assert http.post(server.url, timeout=None).json() == {"文": "慢"}
    assert server.connections == 1


@pytest.mark.parametrize("late", ["headers", "body"])
def test_a_transport_that_knows_no_time_outs(late: str) -> None:
    """Items that arrive after the deadline are not returned, whichever part was late."""

    class Late(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield b'{"id": '
            time.sleep(2 * SOON if late == "body" else 0)

    def respond(_: httpx.Request) -> httpx.Response:
        time.sleep(2 * SOON if late == "headers" else 0)
        return httpx.Response(200, headers={"Content-Length": "99"}, stream=Late())

    with httpx.Client(transport=httpx.MockTransport(respond)) as http:
        once = RetryPolicy(attempts=1)
        client = AppBuilder("k", "http://gw.example", deadline=SOON, retry=once, http_client=http)

        for call in (CALLS[LOOK_UP], CALLS["content"]):
            with pytest.raises(DeadlineExceededError):
                call(client)


def test_with_options(harness: ClientHarness, serve: Serve) -> None:
    """A deadline is set for a client, for some calls, or for one."""
    client = harness.client("k", serve(silent).url, deadline=600)

    with pytest.raises(DeadlineExceededError):
        CALLS[LOOK_UP](client.with_options(deadline=SOON))
    with pytest.raises(DeadlineExceededError):
        client.threads.runs.run("a", "t", deadline=SOON)
    with pytest.raises(DeadlineExceededError):
        client.threads.runs.submit_tool_outputs("r", "t", OUTPUTS, deadline=SOON)


SLOW = "rules: [{reply: {text: 慢慢来, chunk_size: 1, first_delay: 30}}]"
BEGUN = 2.0
"""Seconds after which a run has certainly begun: more than a hundred times what that takes."""


@pytest.fixture
def slow(harness: ClientHarness) -> Any:
    """A client of a mock server whose answers take long, with an assistant and a thread."""
    with appbuilder_mock.running(token="k") as server:
        client = harness.client("k", server.url)
        assistant = client.assistants.create("助手")
        thread = client.threads.create([{"role": "user", "content": "你好"}])
        server.script(SLOW)
        yield client, assistant.id, thread.id


def test_the_run_is_cancelled(slow: Any) -> None:
    """With on_deadline="cancel" a run with a known id is cancelled."""
    client, assistant_id, thread_id = slow
    stream = client.threads.runs.stream_run(
        assistant_id, thread_id, deadline=BEGUN, on_deadline="cancel"
    )

    with pytest.raises(DeadlineExceededError, match="the run was cancelled") as caught:
        list(stream)

    assert caught.value.cancelled is True
    [run] = client.threads.runs.list(thread_id).data
    assert run.status in ("cancelling", "cancelled")


def test_a_run_continues_unless_it_is_cancelled(slow: Any) -> None:
    """By default the deadline does not cancel the run."""
    client, assistant_id, thread_id = slow

    with pytest.raises(DeadlineExceededError) as caught:
        client.threads.runs.run(assistant_id, thread_id, deadline=BEGUN)

    assert caught.value.cancelled is False
    [run] = client.threads.runs.list(thread_id).data
    assert run.status in ("queued", "in_progress")
    client.threads.runs.cancel(run.id, thread_id)


def test_a_run_with_an_unknown_id(slow: Any) -> None:
    """Nothing is cancelled, and the error says why."""
    client, assistant_id, _ = slow
    question = {"messages": [{"role": "user", "content": "你好"}]}

    with pytest.raises(DeadlineExceededError, match="the run's id is unknown") as caught:
        client.threads.runs.run(assistant_id, thread=question, deadline=BEGUN, on_deadline="cancel")

    assert caught.value.cancelled is False


def test_cancelling_that_fails(harness: ClientHarness, serve: Serve) -> None:
    """The error of the deadline is raised, and says that cancelling failed."""
    client = harness.client(
        "k", serve(silent).url, deadline=SOON, on_deadline="cancel", retry=RetryPolicy(attempts=1)
    ).with_options(timeout=0.3)

    with pytest.raises(DeadlineExceededError, match="cancelling the run failed") as caught:
        client.with_options(timeout=httpx.Timeout(0.5)).threads.runs.submit_tool_outputs(
            "r", "t", OUTPUTS
        )

    assert caught.value.operation == "submitToolOutputs"
    assert caught.value.cancelled is False
