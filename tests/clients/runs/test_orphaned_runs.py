"""A call that fails before its run's id is known: nothing is cancelled, and the error says so."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    DeadlineExceededError,
    RetryPolicy,
    ServerError,
)

from tests.clients.bodies import CHUNKED, OUTPUTS
from tests.clients.client_harness import ClientHarness, SyncHarness, notes_of
from tests.clients.conftest import Serve
from tests.clients.raw_server import Exchange, answer
from tests.clients.runs.orphaned import (
    ALL,
    BUSY,
    LATER,
    SOON,
    TOOLS,
    UNKNOWN,
    Thread,
    hangs_up,
    run,
    says,
    silent,
)
from tests.clients.tools import QUESTION, get_weather

BROKEN = answer({"error": {"code": "down", "message": "坏了"}}, "503 Service Unavailable")


@ALL
def test_refused_until_the_deadline(harness: ClientHarness, serve: Serve, call: Any) -> None:
    """A 429 means that no run has begun, even if another run keeps the thread busy."""
    thread = Thread(says(BUSY))
    client = harness.client("k", serve(thread).url)

    with pytest.raises(DeadlineExceededError, match="; no run had begun") as caught:
        call(client, deadline=LATER)

    assert thread.cancelled == []
    assert caught.value.cancelled is False
    assert caught.value.reached_server is True
    assert [attempt.status_code for attempt in caught.value.attempts] == [429]


class Unreachable:
    """Where only createRun is answered by no connection: no real server can do that."""

    def refuse(self, request: httpx.Request) -> None:
        if request.url.path == "/v2/threads/runs":
            raise httpx.ConnectError("[Errno 111] Connection refused", request=request)


class UnreachableSync(Unreachable, httpx.HTTPTransport):
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.refuse(request)
        return super().handle_request(request)


class UnreachableAsync(Unreachable, httpx.AsyncHTTPTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.refuse(request)
        return await super().handle_async_request(request)


@ALL
def test_not_reached_until_the_deadline(harness: ClientHarness, serve: Serve, call: Any) -> None:
    """A request that never arrived has begun no run, and the error says that it did not arrive."""
    thread = Thread(silent)
    transport = UnreachableSync() if isinstance(harness, SyncHarness) else UnreachableAsync()
    policy = RetryPolicy(first_delay=8.0, max_delay=8.0, jitter=lambda: 0.0)
    client = harness.client(
        "k", serve(thread).url, retry=policy, http_client=harness.http(transport=transport)
    )

    with pytest.raises(DeadlineExceededError, match="; no run had begun") as caught:
        call(client, deadline=LATER)

    assert thread.cancelled == []
    assert caught.value.cancelled is False
    assert caught.value.reached_server is False
    assert "Connection refused" in caught.value.attempts[0].error


@pytest.mark.parametrize("kind", [ServerError, ApiConnectionError])
@TOOLS
def test_a_run_that_may_have_begun(
    harness: ClientHarness, serve: Serve, call: Any, kind: Any
) -> None:
    """After a 5xx or a lost reply nothing is cancelled; the error says how to find the run."""
    thread = Thread(says(BROKEN) if kind is ServerError else hangs_up)

    with pytest.raises(kind) as caught:
        call(harness.client("k", serve(thread).url))

    assert thread.paths == ["runs"]
    assert notes_of(caught.value) == [UNKNOWN]


@ALL
def test_no_reply_by_the_deadline(harness: ClientHarness, serve: Serve, call: Any) -> None:
    """The message of the overdue call says that its run is unknown."""
    thread = Thread(silent)

    with pytest.raises(DeadlineExceededError) as caught:
        call(harness.client("k", serve(thread).url), deadline=SOON)

    assert thread.paths == ["runs"]
    assert caught.value.cancelled is False
    assert caught.value.message.endswith(f"; {UNKNOWN}")


def test_a_thread_that_the_service_made(harness: ClientHarness, serve: Serve) -> None:
    """Neither id is known, so there is nothing to list."""
    runs = harness.client("k", serve(Thread(hangs_up)).url).threads.runs

    with pytest.raises(ApiConnectionError) as caught:
        runs.run_with_tools("a", thread=QUESTION, tools=[get_weather])

    assert notes_of(caught.value) == [
        "a run may be going on; the run's id is unknown, and so is that of its thread"
    ]


@TOOLS
def test_a_stream_that_breaks_before_its_first_event(
    harness: ClientHarness, serve: Serve, call: Any
) -> None:
    """The run has begun, and its id has not come."""

    def begin(exchange: Exchange) -> bool:
        exchange.send(CHUNKED)
        return False

    thread = Thread(begin)

    with pytest.raises(ApiConnectionError) as caught:
        call(harness.client("k", serve(thread).url))

    assert thread.cancelled == []
    assert notes_of(caught.value) == [UNKNOWN]


def submit(client: Any, **options: Any) -> Any:
    return client.threads.runs.submit_tool_outputs(
        "r", "t", OUTPUTS, on_deadline="cancel", **options
    )


def test_a_run_that_has_ended_meanwhile(harness: ClientHarness, serve: Serve) -> None:
    """A 409 to its cancelling is no failure: there is nothing left to cancel."""
    conflict = answer({"error": {"code": "run_ended", "message": "已结束"}}, "409 Conflict")
    thread = Thread(silent, cancelling=conflict)

    with pytest.raises(DeadlineExceededError) as caught:
        submit(harness.client("k", serve(thread).url), deadline=SOON)

    assert len(thread.cancelled) == 1
    assert caught.value.cancelled is False
    assert caught.value.message.endswith("; the run had ended before it could be cancelled")


def test_a_call_that_is_tried_again_says_all_once(harness: ClientHarness, serve: Serve) -> None:
    """An overdue error quotes the one before it, but not its request id and attempts."""
    thread = Thread(says(BUSY))

    with pytest.raises(DeadlineExceededError) as caught:
        run(harness.client("k", serve(thread).url), deadline=LATER)

    assert str(caught.value).count("request id") == 1
    assert "and before it: 429 busy: 忙; no run had begun (request id" in str(caught.value)
