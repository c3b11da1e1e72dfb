"""A call that fails before its run's id is known: nothing is cancelled, and the error says so."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    AppBuilder,
    AsyncAppBuilder,
    DeadlineExceededError,
    RetryPolicy,
    ServerError,
    StreamInterruptedError,
)

from tests.clients.bodies import BEGIN, CHUNKED, OUTPUTS, RUN, chunk, event
from tests.clients.client_harness import ClientHarness, SyncHarness, notes_of
from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, Exchange, answer
from tests.clients.tools import QUESTION, get_weather

OURS = {**RUN, "id": "run_我们的", "status": "in_progress"}
BUSY = answer(
    {"error": {"code": "busy", "message": "忙"}}, "429 Too Many Requests", retry_after="8"
)
BROKEN = answer({"error": {"code": "down", "message": "坏了"}}, "503 Service Unavailable")

SOON = 2.0
"""Seconds after which a server that is silent has been waited for long enough."""

UNKNOWN = (
    "a run may be going on; the run's id is unknown; list the runs of its thread with "
    "client.threads.runs.list(thread_id='t')"
)

LATER = 7.0
"""Seconds that a busy machine needs for no call here, and less than the pause that BUSY asks for:
a call that may take so long fails at once."""


@dataclass
class Thread:
    """A server with one thread. `begin` is its response to createRun."""

    begin: Callable[[Exchange], object]
    cancelling: bytes = answer({**OURS, "status": "cancelling"})
    paths: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    asked: threading.Event = field(default_factory=threading.Event)

    def __call__(self, exchange: Exchange) -> object:
        path = exchange.path.removeprefix("/v2/threads/")
        self.paths.append(path)
        if path == "runs/cancel":
            self.cancelled.append(exchange.json["run_id"])
            return exchange.send(self.cancelling)
        try:
            return self.begin(exchange)
        finally:
            self.asked.set()


def says(data: bytes) -> Callable[[Exchange], object]:
    return lambda exchange: exchange.send(data)


def hangs_up(exchange: Exchange) -> bool:
    return False


def silent(exchange: Exchange) -> None:
    exchange.client_disconnected()


def run(client: Any, **options: Any) -> Any:
    return client.threads.runs.run("a", "t", on_deadline="cancel", **options)


def stream(client: Any, **options: Any) -> Any:
    return list(client.threads.runs.stream_run("a", "t", on_deadline="cancel", **options))


def with_tools(client: Any, **options: Any) -> Any:
    return client.threads.runs.run_with_tools("a", "t", tools=[get_weather], **options)


def stream_with_tools(client: Any, **options: Any) -> Any:
    return list(client.threads.runs.stream_run_with_tools("a", "t", tools=[get_weather], **options))


ALL = pytest.mark.parametrize("call", [run, stream, with_tools, stream_with_tools])
TOOLS = pytest.mark.parametrize("call", [with_tools, stream_with_tools])


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
    """Where createRun alone is answered by no connection: no real server can do that."""

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


def leave_by_with(stream: Any, client: Any) -> None:
    with stream:
        pass


def leave_by_error(stream: Any, client: Any) -> None:
    with pytest.raises(ZeroDivisionError, match="坏了"), stream:
        raise ZeroDivisionError("坏了")


def leave_by_close(stream: Any, client: Any) -> None:
    stream.__enter__()
    stream.close()


def close_the_client(stream: Any, client: Any) -> None:
    stream.__enter__()
    client.close()


@pytest.mark.parametrize("leave", [leave_by_with, leave_by_error, leave_by_close, close_the_client])
def test_a_stream_closed_before_its_first_event(
    harness: ClientHarness, serve: Serve, leave: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The event is waited for, as it names the run; what else comes before it does not."""
    cancelled = []

    def script(exchange: Exchange) -> bool:
        if exchange.path == "/v2/threads/runs/cancel":
            cancelled.append(exchange.json)
            exchange.send(answer({**OURS, "status": "cancelling"}))
            return True
        exchange.send(CHUNKED + chunk(event("ping", "")))
        threading.Event().wait(0.2)  # the client leaves
        exchange.send(chunk(event("新事", "{}")) + chunk(BEGIN))
        exchange.client_disconnected()
        return False

    client = harness.client("k", serve(script).url)
    stream = client.threads.runs.stream_run_with_tools("a", thread=QUESTION, tools=[get_weather])
    leave(stream, client)

    assert cancelled == [{"thread_id": RUN["thread_id"], "run_id": RUN["id"], "sync": True}]
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize(
    ("where", "wait", "outcome"),
    [
        (
            {"thread": QUESTION},
            silent,
            "a run may be going on; the run's id is unknown, and so is that of its thread",
        ),
        ({"thread_id": "t"}, hangs_up, UNKNOWN),
    ],
    ids=["silent", "broken"],
)
def test_a_closed_stream_that_never_names_its_run(
    harness: ClientHarness,
    serve: Serve,
    caplog: pytest.LogCaptureFixture,
    where: Any,
    wait: Any,
    outcome: str,
) -> None:
    """Closing waits only briefly, and the log says that a run may be going on."""
    thread = Thread(lambda exchange: (exchange.send(CHUNKED), wait(exchange))[1])
    client = harness.client("k", serve(thread).url)

    with client.threads.runs.stream_run_with_tools("a", tools=[get_weather], **where):
        pass

    assert thread.cancelled == []
    [record] = [r for r in caplog.records if r.name == "appbuilder_assistants"]
    assert (record.levelname, record.getMessage()) == (
        "WARNING",
        f"a stream was closed before it named its run: {outcome}",
    )


def test_a_stream_closed_while_it_is_read(serve: Serve) -> None:
    """Closing does not read on then: two readers would compete for the events."""
    begun = threading.Event()
    thread = Thread(lambda exchange: (exchange.send(CHUNKED), begun.set(), silent(exchange)))
    server = serve(thread)

    async def main() -> None:
        async with AsyncAppBuilder("k", server.url) as client:
            runs = client.threads.runs
            async with runs.stream_run_with_tools("a", "t", tools=[get_weather]) as stream:
                reader = asyncio.create_task(stream.until_done())
                await asyncio.sleep(0)
                await stream.close()
                with pytest.raises(StreamInterruptedError, match="it was closed while it was read"):
                    await reader

    asyncio.run(main())

    assert begun.wait(PATIENCE)
    assert thread.paths == ["runs"]


async def with_tools_async(client: AsyncAppBuilder) -> None:
    await client.threads.runs.run_with_tools("a", "t", tools=[get_weather])


async def stream_with_tools_async(client: AsyncAppBuilder) -> None:
    await client.threads.runs.stream_run_with_tools("a", "t", tools=[get_weather]).until_done()


@pytest.mark.parametrize("call", [with_tools_async, stream_with_tools_async])
def test_a_task_that_is_cancelled_while_it_pauses(serve: Serve, call: Any) -> None:
    """Between two attempts that were refused nothing has begun."""
    thread = Thread(says(BUSY))
    server = serve(thread)
    paused = asyncio.Event()

    async def main() -> None:
        hook = [lambda event: paused.set() if type(event).__name__ == "RetryScheduled" else None]
        async with AsyncAppBuilder("k", server.url, event_hooks=hook) as client:
            task = asyncio.create_task(call(client))
            await asyncio.wait_for(paused.wait(), PATIENCE)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    assert thread.paths == ["runs"]


@pytest.mark.parametrize("call", [with_tools_async, stream_with_tools_async])
def test_a_task_that_is_cancelled_while_it_waits(serve: Serve, call: Any) -> None:
    """The run whose reply is on its way has begun, most likely: its id is unknown."""
    thread = Thread(silent)
    server = serve(thread)
    thread.begin = lambda exchange: (thread.asked.set(), silent(exchange))

    async def main() -> None:
        async with AsyncAppBuilder("k", server.url) as client:
            task = asyncio.create_task(call(client))
            assert await asyncio.to_thread(thread.asked.wait, PATIENCE)
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
            assert notes_of(caught.value) == [UNKNOWN]

    asyncio.run(main())
    assert thread.cancelled == []


@TOOLS
def test_ctrl_c_in_a_pause(serve: Serve, call: Any) -> None:
    """As for tasks: nothing has begun."""
    thread = Thread(says(BUSY))

    def press(event: object) -> None:
        if type(event).__name__ == "RetryScheduled":
            # A moment later, when the pause has begun; before it or in it makes no difference.
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()

    client = AppBuilder("k", serve(thread).url, event_hooks=[press])
    with client, pytest.raises(KeyboardInterrupt):
        call(client)

    assert thread.paths == ["runs"]


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
