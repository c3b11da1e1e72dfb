"""Calls over a real socket: headers, retries, timeouts, connections, odd answers."""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
from email.utils import formatdate
from typing import Any

import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    ApiStatusError,
    ApiTimeoutError,
    AssistantsError,
    NotFoundError,
    RateLimitError,
    ResponseError,
    RetryPolicy,
    ServerError,
    __version__,
)

from tests.clients.bodies import EMPTY_LIST, OUTPUTS, RUN
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import Exchange, answer
from tests.clients.tools import get_weather
from tests.transports import in_use


def test_the_request_as_sent(harness: ClientHarness, serve: Serve) -> None:
    """The method, the path under the gateway's, the token and a fresh id for each request."""
    server = serve(lambda exchange: exchange.send(answer(RUN)))
    client = harness.client("k", f"{server.url}/team/")

    client.threads.runs.query("线", "r")
    client.threads.runs.query("线", "r")

    first, second = server.exchanges
    assert first.request_line == "POST /team/v2/threads/runs/query HTTP/1.1"
    assert first.json == {"thread_id": "线", "run_id": "r"}
    assert first.headers["authorization"] == "Bearer k"
    assert first.headers["content-type"] == "application/json"
    assert first.headers["user-agent"].startswith(f"appbuilder-assistants/{__version__} python/")
    ids = [exchange.headers["x-appbuilder-request-id"] for exchange in (first, second)]
    assert ids == [exchange.headers["x-bce-request-id"] for exchange in (first, second)]
    assert uuid.UUID(ids[0]).version == 4
    assert ids[0] != ids[1]


def test_none_is_omitted(harness: ClientHarness, serve: Serve) -> None:
    """The body omits arguments that were not passed; an empty thread id counts as omitted."""
    server = serve(lambda exchange: exchange.send(answer(RUN)))
    client = harness.client("k", server.url)

    thread = {"messages": [{"role": "user", "content": "你好"}]}
    client.threads.runs.run("a", "", thread, metadata={}, tools=[])
    client.threads.runs.cancel("r", "t")

    assert [exchange.json for exchange in server.exchanges] == [
        {
            "assistant_id": "a",
            "thread": thread,
            "stream": False,
            "tools": [],
            "metadata": {},
        },
        {"thread_id": "t", "run_id": "r"},
    ]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda c: c.threads.runs.run("a"), ValueError, "createRun needs thread_id"),
        (lambda c: c.threads.runs.run("a", ""), ValueError, "createRun needs thread_id"),
        (lambda c: c.threads.runs.stream_run("a", ""), ValueError, "createRun needs thread_id"),
        (lambda c: c.threads.runs.run("a", "t", "你好"), TypeError, "thread: expected a request"),
        (lambda c: c.threads.runs.run("a", "t", tools={}), TypeError, "tools: expected a list"),
        (lambda c: c.assistants.create("a", file_ids="f"), TypeError, "file_ids: expected a list"),
        (lambda c: c.threads.create({"role": "user"}), TypeError, "messages: expected a list"),
        (lambda c: c.assistants.create("a", metadata={"a": {1}}), TypeError, "createAssistant: "),
        (lambda c: c.assistants.create("\ud800"), ValueError, "createAssistant: the request"),
        (lambda c: c.threads.runs.list("t", float("nan")), ValueError, "listRuns: the request"),
    ],
)
def test_wrong_use(
    harness: ClientHarness, serve: Serve, call: Any, error: type[Exception], message: str
) -> None:
    """Impossible requests are refused before anything is sent."""
    server = serve(lambda exchange: exchange.send(answer(RUN)))

    with pytest.raises(error, match=message):
        call(harness.client("k", server.url))

    assert server.exchanges == []


def read_all(stream: Any) -> None:
    """Open it and read it to its end, as far as it has one."""
    with stream as events:
        for _event in events:
            pass


TAKE_TOOLS = {
    "create": lambda c, tools: c.assistants.create("a", tools=tools),
    "update": lambda c, tools: c.assistants.update("a", tools=tools),
    "run": lambda c, tools: c.threads.runs.run("a", "t", tools=tools),
    "stream_run": lambda c, tools: read_all(c.threads.runs.stream_run("a", "t", tools=tools)),
    "stream_run_with_handler": lambda c, tools: read_all(
        c.threads.runs.stream_run_with_handler("a", "t", tools=tools)
    ),
}


@pytest.mark.parametrize("take", TAKE_TOOLS.values(), ids=TAKE_TOOLS)
def test_a_tool_describes_itself(harness: ClientHarness, serve: Serve, take: Any) -> None:
    """Wherever descriptions of tools are taken, beside dicts, and one that is a bound method."""
    server = serve(lambda exchange: exchange.send(answer({**RUN, "name": "n"})))
    described = {"type": "function", "function": {"name": "f"}}

    with contextlib.suppress(ResponseError):  # the answer is not of every call's kind
        take(harness.client("k", server.url), [get_weather, described])

    assert server.exchanges[0].json["tools"] == [get_weather.to_dict(), described]


@pytest.mark.parametrize("take", TAKE_TOOLS.values(), ids=TAKE_TOOLS)
@pytest.mark.parametrize("function", [len, lambda city: city], ids=["len", "lambda"])
def test_a_function_where_nothing_calls_it(
    harness: ClientHarness, serve: Serve, take: Any, function: Any
) -> None:
    """The error names the function, what describes it and what would call it."""
    server = serve(lambda exchange: exchange.send(answer(RUN)))

    with pytest.raises(TypeError) as caught:
        take(harness.client("k", server.url), [get_weather, function])

    message = str(caught.value)
    assert message.startswith(f"tools[1]: {function.__name__} is a function")
    assert f"tool({function.__name__})" in message
    assert "run_with_tools" in message
    assert server.exchanges == []


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
BUSY = answer({}, "503 Service Unavailable")
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


def test_a_server_that_is_silent(harness: ClientHarness, serve: Serve) -> None:
    """The read timeout ends the wait; the error has the id of the request."""
    server = serve(lambda exchange: not exchange.client_disconnected())
    client = harness.client("k", server.url, timeout=1)

    with pytest.raises(ApiTimeoutError, match="read timed out after 1 s") as caught:
        client.threads.runs.run("a", "t")

    assert caught.value.reached_server is True
    assert caught.value.request_id == server.exchanges[0].headers["x-appbuilder-request-id"]


def test_a_drip_is_not_silence(harness: ClientHarness, serve: Serve) -> None:
    """The timeout is for each silence: an answer in many small parts may take longer."""
    gate = threading.Event()

    def script(exchange: Exchange) -> None:
        for byte in answer(RUN):
            exchange.send(bytes([byte]))
            gate.wait(0.01)

    # More than a hundred bytes take longer than one second, and none of them half as long.
    assert len(answer(RUN)) > 120
    assert LOOK_UPS[1](harness.client("k", serve(script).url, timeout=1)).id == "run_1"


@pytest.mark.parametrize(
    ("sent", "cls"),
    [
        (answer(b""), ResponseError),
        (answer(b"{"), ResponseError),
        (answer(b"<html>", content_type="text/html"), ResponseError),
        (answer({"object": "thread.run"}), ResponseError),
        (answer({**RUN, "tools": 5}), ResponseError),
        (answer(b"", "204 No Content"), ResponseError),
        (answer({"error": {"code": 404, "message": "没有"}}), NotFoundError),
        (answer({"error": "没有"}), ApiStatusError),
        (answer(b"junk", content_encoding="gzip"), ApiConnectionError),
        (b"HTTP/1.1 banana\r\n\r\n", ApiConnectionError),
        (b"junk", ApiConnectionError),
        (answer(b"", "302 Found", location="http://["), AssistantsError),
    ],
)
def test_odd_answers(
    harness: ClientHarness, serve: Serve, sent: bytes, cls: type[AssistantsError]
) -> None:
    """The error of an odd answer is a documented one, and names the operation."""
    server = serve(lambda exchange: (exchange.send(sent), False)[1])

    with pytest.raises(cls) as caught:
        LOOK_UPS[1](harness.client("k", server.url, retry=RetryPolicy(attempts=1)))

    assert caught.value.operation == "queryRun"
    assert caught.value.path == "/v2/threads/runs/query"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect"])
def test_redirects_are_not_followed(harness: ClientHarness, serve: Serve, status: str) -> None:
    """A redirect does not get the token, even with an http client that follows redirects."""
    other = serve(lambda exchange: exchange.send(answer(RUN)))
    server = serve(lambda exchange: exchange.send(answer(b"", status, location=other.url)))
    client = harness.client("k", server.url, http_client=harness.http(follow_redirects=True))

    with pytest.raises(ApiStatusError, match=r"redirects to http://127\.0\.0\.1") as caught:
        client.threads.runs.run("a", "t")

    assert caught.value.status_code == int(status[:3])
    assert other.exchanges == []


def test_one_connection_for_many_calls(harness: ClientHarness, serve: Serve) -> None:
    """Calls after one another share a connection."""
    server = serve(lambda exchange: exchange.send(answer(EMPTY_LIST)))
    client = harness.client("k", server.url)

    for _ in range(20):
        client.threads.runs.list("t")

    assert len(server.exchanges) == 20
    assert server.connections == 1


def test_many_calls_at_once(harness: ClientHarness, serve: Serve) -> None:
    """Connections that were opened for many calls at once are kept for the next ones."""
    count = 32
    together = threading.Barrier(count)

    def script(exchange: Exchange) -> None:
        together.wait(30)
        exchange.send(answer(EMPTY_LIST))

    server = serve(script)
    client = harness.client("k", server.url)

    for _ in range(2):
        pages = harness.together([lambda: client.threads.runs.list("t")] * count)
        assert [page.data for page in pages] == [[]] * count

    assert len(server.exchanges) == 2 * count
    assert server.connections == count
