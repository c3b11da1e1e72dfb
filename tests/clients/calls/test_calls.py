"""Requests over a real socket as they are sent, wrong use, and silence."""

from __future__ import annotations

import contextlib
import threading
import uuid
from typing import Any

import pytest
from appbuilder_assistants import ApiTimeoutError, ResponseError, __version__

from tests.clients.bodies import RUN
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import Exchange, answer
from tests.clients.tools import get_weather


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
    runs = harness.client("k", serve(script).url, timeout=1).threads.runs
    assert runs.query("t", "r").id == "run_1"
