"""The events that hooks and the log receive."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from appbuilder_assistants import AppBuilder, NotFoundError, ServerError
from appbuilder_assistants._transport import response
from appbuilder_assistants.hooks import (
    AttemptFinished,
    CallFinished,
    CallStarted,
    FirstEventReceived,
    HookEvent,
    RetryScheduled,
)

from tests.clients.bodies import (
    BEGIN,
    CHUNKED,
    RUN,
    STREAM,
    chunk,
    framed,
    piece,
    run_as,
    stored,
    stream_of,
)
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import PATIENCE, Exchange, answer
from tests.clients.tools import get_weather

BUSY = answer({}, "503 Service Unavailable")


def answers(*sent: bytes) -> Any:
    remaining = list(sent)
    return lambda exchange: exchange.send(remaining.pop(0))


def test_a_call_from_its_beginning_to_its_end(harness: ClientHarness, serve: Serve) -> None:
    """Start, attempt, retry, attempt and end have one call id."""
    events: list[HookEvent] = []
    server = serve(answers(BUSY, answer(RUN, x_appbuilder_request_id="req_1")))
    client = harness.client("k", server.url, retry=AT_ONCE, event_hooks=[events.append])

    run = client.threads.runs.query("线程", "r")

    started, first, again, second, finished = events
    assert started == CallStarted(
        started.call_id,
        "queryRun",
        "POST",
        "/v2/threads/runs/query",
        {"thread_id": "线程", "run_id": "r"},
        server.url,
    )
    assert isinstance(first, AttemptFinished)
    assert (first.attempt, first.status_code, first.error) == (1, 503, None)
    assert isinstance(again, RetryScheduled)
    assert (again.operation, again.attempt, again.seconds) == ("queryRun", 1, 0.0)
    assert (again.method, again.path) == ("POST", "/v2/threads/runs/query")
    assert (again.status_code, again.request_id) == (503, first.request_id)
    assert again.reason.startswith("503")
    assert isinstance(second, AttemptFinished)
    assert (second.attempt, second.status_code, second.request_id) == (2, 200, "req_1")
    assert isinstance(finished, CallFinished)
    assert (finished.result, finished.error) == (run, None)
    assert finished.seconds >= first.seconds + second.seconds > 0
    assert {event.call_id for event in events} == {started.call_id}


def test_a_call_that_fails(harness: ClientHarness, serve: Serve) -> None:
    """The end has the error that the caller gets; a lost answer says why."""
    events: list[HookEvent] = []
    server = serve(lambda exchange: False)
    client = harness.client("k", server.url, retry=AT_ONCE, event_hooks=[events.append])

    with pytest.raises(Exception, match="was cut off") as caught:
        client.threads.runs.run("a", "t")

    tried, finished = events[1:]
    assert isinstance(tried, AttemptFinished)
    assert tried.status_code is None
    assert "was cut off" in str(tried.error)
    assert isinstance(finished, CallFinished)
    assert finished.error is caught.value


def test_a_stream_is_over_when_it_is_closed(harness: ClientHarness, serve: Serve) -> None:
    """Not when it begins."""
    events: list[HookEvent] = []
    server = serve(lambda exchange: exchange.send(framed(STREAM)["length"]))
    client = harness.client("k", server.url, event_hooks=[events.append])

    with stream_of(client) as stream:
        assert [type(event) for event in events] == [CallStarted, AttemptFinished]
        list(stream)

    first, finished = events[2:]
    assert isinstance(first, FirstEventReceived)
    assert first.call_id == events[0].call_id
    assert 0 < first.seconds <= finished.seconds
    assert isinstance(finished, CallFinished)
    assert finished.result is stream.snapshot.run is not None


def with_tools(client: Any) -> Any:
    return client.threads.runs.stream_run_with_tools("a", "t", tools=[get_weather])


@pytest.mark.parametrize("begin", [stream_of, with_tools])
@pytest.mark.parametrize("broken", [False, True], ids=["whole", "broken"])
def test_a_stream_read_one_event_at_a_time(
    harness: ClientHarness,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    begin: Any,
    broken: bool,
) -> None:
    """It is over with the run's final event, or its look-up, even if no further event is read.

    Its connection is kept for the next call.
    """
    monkeypatch.setattr(response, "REST_SECONDS", PATIENCE)  # for a machine that has much to do
    events: list[HookEvent] = []
    others = {
        "/v2/threads/runs/list": answer({"object": "list", "data": [], "has_more": False}),
        "/v2/threads/runs/query": run_as("completed"),
        "/v2/threads/messages/list": stored(m="我是秦始皇", n="没错"),
    }

    def script(exchange: Exchange) -> bool:
        whole = framed(BEGIN + piece(2, "我是") if broken else STREAM)["chunked"]
        exchange.send(others.get(exchange.path, whole))
        return True

    server = serve(script)
    client = harness.client("k", server.url, event_hooks=[events.append])
    stream = begin(client)

    while not stream.snapshot.finished:
        next(stream)

    begun = [event for event in events if isinstance(event, CallStarted)]
    ended = [event for event in events if isinstance(event, CallFinished)]
    assert sorted(e.call_id for e in ended) == [e.call_id for e in begun]
    assert ended[-1].result is stream.snapshot.run is not None
    assert {type(e.error) for e in ended} == {type(None)}
    assert stream.messages["m"] == "我是秦始皇"
    assert [e.content[0].text.value for e in stream_rest(stream)] == ["没错"] * broken
    assert client.threads.runs.query("t", "r").id == RUN["id"]
    assert server.connections == 1


def stream_rest(stream: Any) -> list[Any]:
    """The remaining items, one by one."""
    rest = []
    while (event := next(stream, None)) is not None:
        rest.append(event)
    return rest


FORK = """
import asyncio, os, sys
from appbuilder_assistants import AppBuilder, AsyncAppBuilder
from appbuilder_assistants.hooks import CallFinished

def get_weather(city: str) -> str:
    return "晴"

seen = []
hooks = [lambda event: seen.append(event.operation) if isinstance(event, CallFinished) else None]

def begin(runs):
    thread = {"messages": [{"role": "user", "content": "天气怎么样？"}]}
    if sys.argv[2] == "tools":
        return runs.stream_run_with_tools("a", thread=thread, tools=[get_weather])
    return runs.stream_run("a", thread=thread)
"""
FORK_SYNC = """
client = AppBuilder("k", sys.argv[1], event_hooks=hooks)
stream = begin(client.threads.runs).__enter__()
next(stream)
while sys.argv[3] == "whole" and not stream.snapshot.finished:
    next(stream)
child = os.fork()
stream.close()
if child == 0:
    os._exit(len(seen))
print(*seen)
client.close()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
FORK_ASYNC = """
client = AsyncAppBuilder("k", sys.argv[1], event_hooks=hooks)
loop = asyncio.new_event_loop()

async def first():
    stream = await begin(client.threads.runs).__aenter__()
    await stream.__anext__()
    while sys.argv[3] == "whole" and not stream.snapshot.finished:
        await stream.__anext__()
    return stream

stream = loop.run_until_complete(first())
child = os.fork()
if child == 0:
    asyncio.run(stream.close())
    os._exit(len(seen))
loop.run_until_complete(stream.close())
print(*seen)
loop.run_until_complete(client.close())
loop.close()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("program", [FORK_SYNC, FORK_ASYNC], ids=["sync", "async"])
@pytest.mark.parametrize(
    ("kind", "read", "ended"),
    [
        ("plain", "begin", "createRun"),
        ("tools", "begin", "createRun cancelRun run_with_tools"),
        ("tools", "whole", "createRun run_with_tools"),
    ],
)
def test_a_call_ends_in_its_own_process(
    serve: Serve, program: str, kind: str, read: str, ended: str
) -> None:
    """A child emits nothing for a stream that its parent is still reading."""

    def script(exchange: Exchange) -> None:
        if exchange.path == "/v2/threads/runs":
            exchange.send(CHUNKED + chunk(BEGIN if read == "begin" else STREAM))
            exchange.client_disconnected()
        else:
            exchange.send(answer({**RUN, "status": "cancelling"}))

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FORK + program, serve(script).url, kind, read],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
        timeout=6 * PATIENCE,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, f"{ended}\n", "")


def test_a_lost_answer_that_is_asked_for_again(
    harness: ClientHarness, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """The line about a retry has no status then, and the request's own id."""
    caplog.set_level(logging.DEBUG, "appbuilder_assistants")
    sent = [b"", answer(RUN)]
    server = serve(lambda exchange: exchange.send(sent[0]) or bool(sent.pop(0)))

    harness.client("k", server.url, retry=AT_ONCE).threads.runs.query("t", "r")

    [again] = [r.getMessage() for r in caplog.records if "retrying" in r.getMessage()]
    assert again.startswith("queryRun POST /v2/threads/runs/query: no reply, retrying in ")
    assert f"request id {server.exchanges[0].headers['x-appbuilder-request-id']}): " in again
    assert "was cut off" in again


def test_a_hook_that_fails(
    harness: ClientHarness, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """Its exception does not affect the call, and is logged."""
    events: list[HookEvent] = []

    def broken(event: HookEvent) -> None:
        raise ZeroDivisionError("坏了")

    server = serve(lambda exchange: exchange.send(answer(RUN)))
    client = harness.client("k", server.url, event_hooks=[broken, events.append])

    assert client.threads.runs.query("t", "r").id == "run_1"
    assert len(events) == 3
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 3
    assert "坏了" in caplog.text


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("configured", [False, True], ids=["by default", "configured"])
def test_a_program_with_a_hook_that_fails(
    serve: Serve, asynchronous: bool, configured: bool
) -> None:
    """Nothing is printed unless the program set logging up."""
    url = serve(lambda exchange: exchange.send(answer(RUN))).url
    call = "AppBuilder('k', {url!r}, event_hooks=[hook]).threads.runs.query('t', 'r')"
    if asynchronous:
        call = f"asyncio.run(Async{call})"
    program = (
        "import asyncio, logging\n"
        "from appbuilder_assistants import AppBuilder, AsyncAppBuilder\n"
        f"{'logging.basicConfig()' if configured else ''}\n"
        "def hook(event): raise ZeroDivisionError('坏了')\n"
        f"{call.format(url=url)}\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env={"PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )

    assert done.stdout == ""
    if configured:
        assert done.stderr.count("WARNING:appbuilder_assistants:the event hook") == 3
        assert "坏了" in done.stderr
    else:
        assert done.stderr == ""


def test_hooks_of_some_calls(harness: ClientHarness, serve: Serve) -> None:
    """`with_options` sets others, and leaves those of the client."""
    mine: list[HookEvent] = []
    others: list[HookEvent] = []
    server = serve(lambda exchange: exchange.send(answer(RUN)))
    client = harness.client("k", server.url, event_hooks=[mine.append])

    client.with_options(event_hooks=[others.append]).threads.runs.query("t", "r")
    assert (len(mine), len(others)) == (0, 3)
    client.with_options(timeout=5).threads.runs.query("t", "r")
    assert (len(mine), len(others)) == (3, 3)


def test_an_async_hook_is_refused(harness: ClientHarness) -> None:
    """An async hook would never be awaited."""

    async def hook(event: HookEvent) -> None: ...

    with pytest.raises(TypeError, match="a hook is a plain `def`"):
        harness.client("k", event_hooks=[hook])


def test_the_log(harness: ClientHarness, serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """One line for the client, each request and each retry, at debug, with what one looks for."""
    caplog.set_level(logging.DEBUG, "appbuilder_assistants")
    server = serve(answers(BUSY, answer({}, "404 Not Found", x_appbuilder_request_id="req_2")))

    with pytest.raises(NotFoundError):
        harness.client("k", server.url, retry=AT_ONCE).threads.runs.query("t", "r")

    lines = [r.getMessage() for r in caplog.records if r.name == "appbuilder_assistants"]
    assert {r.levelname for r in caplog.records if r.name == "appbuilder_assistants"} == {"DEBUG"}
    made, first, again, second = lines
    name = harness.client_class.__name__
    assert made.startswith(f"a client was made: {name}(gateway_url='{server.url}', transport=")
    assert first.startswith("queryRun POST /v2/threads/runs/query: 503 in ")
    assert " ms (attempt 1, request id " in first
    request_id = re.search("request id ([0-9a-f-]+)", first)
    assert request_id is not None
    assert again.startswith("queryRun POST /v2/threads/runs/query: 503, retrying in 0.0 ms (")
    assert f"(attempt 1, request id {request_id[1]}): 503: no error object" in again
    assert second.startswith("queryRun POST /v2/threads/runs/query: 404 in ")
    assert "request id req_2" in second


@pytest.mark.parametrize(
    ("level", "shown"), [("debug", True), ("DEBUG", True), ("warning", False), ("", False)]
)
def test_the_variable_turns_it_on(serve: Serve, level: str, shown: bool) -> None:
    """APPBUILDER_LOG=debug shows it on standard error, once; by default there is silence."""
    url = serve(lambda exchange: exchange.send(answer(RUN))).url
    program = (
        "from appbuilder_assistants import AppBuilder\n"
        f"for _ in range(2): client = AppBuilder('secret-key', {url!r})\n"
        "client.threads.runs.query('t', 'r')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"APPBUILDER_LOG": level, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )

    assert done.stdout == ""
    assert done.stderr.count("queryRun POST") == int(shown)
    assert "secret-key" not in done.stderr
    assert bool(done.stderr) is shown


def test_an_unknown_level(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the variable and the levels there are."""
    monkeypatch.setenv("APPBUILDER_LOG", "loud")

    with pytest.raises(ValueError, match=r"APPBUILDER_LOG: expected one of debug, .*'loud'"):
        AppBuilder("k")


def test_attempts_are_on_the_error(harness: ClientHarness, serve: Serve) -> None:
    """Every try, how it ended, how long it took, and the pause behind it."""
    sent = [BUSY, b"", answer({"error": {"message": "忙"}}, "500 Internal Server Error")]

    def script(exchange: Exchange) -> bool:
        data = sent.pop(0)
        exchange.send(data)
        return bool(data)

    client = harness.client("k", serve(script).url, retry=AT_ONCE)

    with pytest.raises(ServerError, match=r"500: 忙 \(request id .*, after 3 attempts\)") as caught:
        client.threads.runs.query("t", "r")

    tried = caught.value.attempts
    assert [attempt.status_code for attempt in tried] == [503, None, 500]
    assert "was cut off" in tried[1].error
    assert all(attempt.seconds > 0 for attempt in tried)
    assert tried[1].request_id is not None
