"""Calls that are sent again, and those that are not."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import Any

import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    AssistantsError,
    NotFoundError,
    RateLimitError,
    RetryPolicy,
    ServerError,
)

from tests.clients.bodies import BUSY, OUTPUTS, RUN
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import answer
from tests.transports import in_use

CREATES = [
    lambda c: c.assistants.create("a"),
    lambda c: c.threads.create(),
    lambda c: c.threads.messages.create("t", "你好"),
    lambda c: c.threads.runs.run("a", "t"),
    lambda c: c.threads.runs.submit_tool_outputs("r", "t", OUTPUTS),
]
LOOK_UPS = [
    lambda c: c.threads.runs.list("t"),
    lambda c: c.threads.runs.query("t", "r"),
    lambda c: c.threads.runs.steps.list("t", "r"),
    lambda c: c.threads.runs.steps.query("t", "r", "s"),
    lambda c: c.threads.runs.cancel("r", "t"),
]
LIMITED = answer({}, "429 Too Many Requests", retry_after="0")
HALF = answer(RUN)[:-1]


@pytest.mark.parametrize("call", CREATES)
@pytest.mark.parametrize("sent", [BUSY, HALF, b""], ids=["503", "half an answer", "no answer"])
def test_a_call_that_may_have_happened_is_not_sent_again(
    harness: ClientHarness, serve: Serve, call: Any, sent: bytes
) -> None:
    """No call creates, runs or submits twice."""
    server = serve(lambda exchange: (exchange.send(sent), False)[1])

    with pytest.raises(AssistantsError):
        call(harness.client("k", server.url, retry=AT_ONCE))

    assert len(server.exchanges) == 1


@pytest.mark.parametrize("call", LOOK_UPS)
@pytest.mark.parametrize("sent", [BUSY, HALF, b""], ids=["503", "half an answer", "no answer"])
def test_an_idempotent_call_is_sent_again(
    harness: ClientHarness, serve: Serve, call: Any, sent: bytes
) -> None:
    """An idempotent call has all attempts of the policy, each with an id of its own."""
    # Hanging up behind a whole answer could lose the next request before it is seen here.
    server = serve(lambda exchange: (exchange.send(sent), sent is BUSY)[1])

    with pytest.raises((ServerError, ApiConnectionError)):
        call(harness.client("k", server.url, retry=AT_ONCE))

    assert len({e.headers["x-appbuilder-request-id"] for e in server.exchanges}) == 3


@pytest.mark.parametrize("call", [CREATES[3], LOOK_UPS[1]])
def test_a_rate_limit_passes(harness: ClientHarness, serve: Serve, call: Any) -> None:
    """Every call that was answered with 429 is sent again."""
    answers = [LIMITED, LIMITED, answer(RUN)]
    server = serve(lambda exchange: exchange.send(answers.pop(0)))

    assert call(harness.client("k", server.url)).id == "run_1"
    assert len(server.exchanges) == 3


def test_retry_after_a_date(harness: ClientHarness, serve: Serve) -> None:
    """The pause is computed from the server's own date, and observed."""
    date = "Wed, 21 Oct 2015 07:28:{:02} GMT"
    busy = answer({}, "429 Too Many", date=date.format(0), retry_after=date.format(1))
    gone = answer({}, "404 Not Found")
    sent = [busy, gone]
    server = serve(lambda exchange: exchange.send(sent.pop(0)))
    begun = time.monotonic()

    with pytest.raises(NotFoundError) as caught:
        harness.client("k", server.url).threads.runs.query("t", "r")

    assert time.monotonic() - begun >= 1.0
    assert [attempt.waited for attempt in caught.value.attempts] == [1.0, 0.0]


def test_a_far_date(harness: ClientHarness, serve: Serve) -> None:
    """Without the server's date the own clock counts; a pause that is too long is refused."""
    then = formatdate(time.time() + 3600, usegmt=True)
    server = serve(lambda exchange: exchange.send(answer({}, "503 Busy", retry_after=then)))

    with pytest.raises(ServerError) as caught:
        harness.client("k", server.url).threads.runs.query("t", "r")

    assert len(server.exchanges) == 1
    assert caught.value.retry_after is not None
    assert 3000 < caught.value.retry_after <= 3600


def test_a_long_retry_after(harness: ClientHarness, serve: Serve) -> None:
    """A wait beyond the policy's limit is the caller's decision."""
    far = answer({}, "429 Too Many Requests", retry_after="3600")
    server = serve(lambda exchange: exchange.send(far))

    with pytest.raises(RateLimitError) as caught:
        LOOK_UPS[0](harness.client("k", server.url))

    assert caught.value.retry_after == 3600.0
    assert len(server.exchanges) == 1


@pytest.mark.parametrize("call", [CREATES[3], LOOK_UPS[1]])
def test_a_server_that_is_not_there(harness: ClientHarness, call: Any) -> None:
    """A connection that is refused is tried again, also for a run, and then says where."""
    waits: list[float] = []

    def jitter() -> float:
        waits.append(0.0)
        return 0.0

    policy = RetryPolicy(first_delay=0.0, jitter=jitter)

    with pytest.raises(
        ApiConnectionError, match=r"no connection to http://127\.0\.0\.1:9"
    ) as caught:
        call(harness.client("k", "http://127.0.0.1:9", retry=policy))

    assert len(waits) == 2
    assert caught.value.reached_server is False
    kind = "ConnectError" if in_use() == "httpx" else "ConnectionRefusedError"
    assert type(caught.value.__cause__).__name__ == kind
