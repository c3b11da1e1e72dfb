"""`rate_limit=`: what the mock server counts, on both clients."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import (
    AppBuilder,
    AsyncAppBuilder,
    DeadlineExceededError,
    RateLimitError,
    RetryPolicy,
    tool,
)
from appbuilder_assistants.hooks import CallFinished, HookEvent, RateLimitChanged, TurnAwaited
from appbuilder_mock.scenarios import Cut, Fault, Match, Quota, Rule, ToolCall

from tests.clients.client_harness import ClientHarness

Running = appbuilder_mock.Running
QUOTA = Fault(status=503)  # nothing else answers so here
AT_ONCE = RetryPolicy(attempts=10, first_delay=0.01, max_delay=0.01)
THREAD = {"messages": [{"role": "user", "content": "天气"}]}


@pytest.fixture
def mock() -> Iterator[Running]:
    with appbuilder_mock.running() as server:
        yield server


def sixteen_threads(mock: Running, calls: int, **options: Any) -> None:
    with AppBuilder(mock.token, mock.url, **options) as client, ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: client.threads.create(), range(calls)))


def tasks(mock: Running, calls: int, **options: Any) -> None:
    async def all_at_once() -> None:
        async with AsyncAppBuilder(mock.token, mock.url, **options) as client:
            await asyncio.gather(*(client.threads.create() for _ in range(calls)))

    asyncio.run(all_at_once())


WAYS: dict[str, Callable[..., None]] = {"16 threads": sixteen_threads, "200 tasks": tasks}


def statuses(mock: Running) -> list[int | None]:
    return [one.status for one in mock.requests]


@pytest.mark.parametrize("make_calls", WAYS.values(), ids=WAYS)
def test_no_second_has_more_than_the_limit(mock: Running, make_calls: Callable[..., None]) -> None:
    """The server counts them itself, and refuses none.

    It is late on a busy machine, by less than a second: of what it counts in one, the client sent
    the first up to a second before, so there may be twice as many.
    """
    mock.script(Rule(match=Match(operation="any"), quota=Quota(2 * 80), fault=QUOTA))
    begun = time.monotonic()

    make_calls(mock, 200, rate_limit=80, retry=RetryPolicy(attempts=1))

    assert statuses(mock) == [200] * 200
    assert time.monotonic() - begun >= 2.0  # two windows before the third


@pytest.mark.slow
@pytest.mark.parametrize("make_calls", WAYS.values(), ids=WAYS)
def test_nor_while_every_tenth_is_refused(mock: Running, make_calls: Callable[..., None]) -> None:
    """200 calls at 20 a second; all are carried out in the end."""
    every = Rule(match=Match(operation="any"), quota=Quota(2 * 20), fault=QUOTA)
    # A call that one of these rules takes does not reach the later ones.
    tenth = [
        Rule(match=Match(operation="any", nth=9 * number + 1), fault=Fault(status=429))
        for number in range(1, 101)
    ]
    mock.script(every, *tenth)
    changes: list[HookEvent] = []

    make_calls(mock, 200, rate_limit=20, retry=AT_ONCE, event_hooks=[changes.append])

    found = statuses(mock)
    assert (found.count(200), found.count(503)) == (200, 0)
    assert found.count(429) == len(found) // 10
    slower = [one for one in changes if isinstance(one, RateLimitChanged) and one.refused]
    rates = [one.calls_per_second or 0 for one in slower]
    assert rates[0] <= 10  # half of the limit, or of what was sent
    assert min(rates) == 5


@pytest.mark.slow
@pytest.mark.parametrize("make_calls", WAYS.values(), ids=WAYS)
def test_a_client_without_a_limit_keeps_an_unknown_quota(
    make_calls: Callable[..., None],
) -> None:
    """Each call has the default attempts, and none fails, though sixteen are made at a time."""
    with appbuilder_mock.running(qps=10, error_form="body") as mock:
        make_calls(mock, 100)

        assert len(mock.state()["threads"]) == 100


@tool
def weather(city: str) -> str:
    """The weather of a city."""
    return "晴"


def test_every_request_has_a_turn(harness: ClientHarness, mock: Running) -> None:
    """Pages, polls, retries, rounds of tools, uploads, downloads, look-ups; a stream once."""
    client = harness.client(mock.token, mock.url, rate_limit=1000, retry=AT_ONCE)
    assistant = client.assistants.create("助手")
    mock.script(
        Rule(match=Match(operation="createThread", times=1), fault=Fault(status=429)),
        Rule(match=Match(text="断流"), reply="说不完", fault=Fault(cut=Cut(after_event=3))),
        Rule(tool_rounds=[[ToolCall("weather", {"city": "北京"})]], reply="晴"),
    )
    client.threads.create()
    client.threads.runs.run_with_tools(assistant.id, thread=THREAD, tools=[weather])
    list(client.threads.runs.stream_run_with_tools(assistant.id, thread=THREAD, tools=[weather]))
    broken = {"messages": [{"role": "user", "content": "断流"}]}
    list(client.threads.runs.stream_run(assistant.id, thread=broken))
    file = client.assistants.files.create(b"x" * 100_000, filename="a.txt")
    with tempfile.TemporaryDirectory() as folder:
        client.assistants.files.download(file.id, folder)
    thread = client.threads.create([{"role": "user", "content": "你好"}] * 101)
    assert len(list(client.threads.messages.list_all(thread.id))) == 101

    turns = client._caller.settings.limiter.join().number - 1

    operations = [one.operation for one in mock.requests]
    assert turns == len(operations)
    assert {"createFile", "downloadFile", "submitToolOutputs", "queryRun"} <= {*operations}
    assert operations.count("listMessages") > 2


def test_copies_share_the_limit(harness: ClientHarness, mock: Running) -> None:
    client = harness.client(mock.token, mock.url, rate_limit=2)
    copy = client.with_options(timeout=30, default_headers={"X-Copy": "1"})
    begun = time.monotonic()

    client.threads.create()
    copy.threads.create()
    copy.with_raw_response.threads.create()

    assert time.monotonic() - begun >= 1.0


def test_a_deadline_that_a_turn_would_outlast(harness: ClientHarness, mock: Running) -> None:
    """It is an error at once, and nothing is sent."""
    client = harness.client(mock.token, mock.url, rate_limit=0.001, deadline=100)
    client.threads.create()
    begun = time.monotonic()

    with pytest.raises(DeadlineExceededError, match="wait for a turn") as late:
        client.threads.create()

    assert time.monotonic() - begun < 10
    assert not late.value.reached_server
    assert len(mock.requests) == 1


def test_a_cancelled_task_leaves_its_turn(mock: Running) -> None:
    async def run() -> float:
        async with AsyncAppBuilder(mock.token, mock.url, rate_limit=1) as client:
            await client.threads.create()
            waiting = [asyncio.ensure_future(client.threads.create()) for _ in range(30)]
            await asyncio.sleep(0)
            begun = time.monotonic()
            for task in waiting[:-1]:
                task.cancel()
            await waiting[-1]
            return time.monotonic() - begun

    assert asyncio.run(run()) < 10  # seconds: the 30th turn would come after 30
    assert len(mock.requests) == 2


def test_hooks_and_the_log_have_the_change(
    harness: ClientHarness, mock: Running, caplog: pytest.LogCaptureFixture
) -> None:
    mock.script(Rule(match=Match(operation="any", times=1), fault=Fault(status=429)))
    events: list[HookEvent] = []
    client = harness.client(
        mock.token, mock.url, retry=RetryPolicy(attempts=1), event_hooks=[events.append]
    )

    with caplog.at_level(logging.DEBUG, "appbuilder_assistants"), pytest.raises(RateLimitError):
        client.threads.create()

    [change] = [event for event in events if isinstance(event, RateLimitChanged)]
    assert (change.calls_per_second, change.refused) == (4.0, True)
    assert "the service refused a call for its rate; all calls of this client: at most 4 a" in (
        caplog.text
    )


def test_hooks_and_the_log_have_the_wait(
    harness: ClientHarness, mock: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """Once for each request that waits, also where the deadline is nearer than its turn."""
    events: list[HookEvent] = []
    client = harness.client(mock.token, mock.url, rate_limit=0.8, event_hooks=[events.append])

    with caplog.at_level(logging.DEBUG, "appbuilder_assistants"):
        client.threads.create()
        client.threads.create()  # waits for more than a second: in two pauses
        with pytest.raises(DeadlineExceededError):
            client.with_options(deadline=0.2).threads.create()

    waits = [event for event in events if isinstance(event, TurnAwaited)]
    calls = [event.call_id for event in events if isinstance(event, CallFinished)]
    assert [wait.call_id for wait in waits] == calls[1:]
    assert {(wait.operation, wait.calls_per_second) for wait in waits} == {("createThread", 0.8)}
    assert all(0 < wait.seconds <= 1.26 for wait in waits)  # a window is 1.251 s
    assert caplog.text.count("createThread waits for its turn") == 2
    assert "this client sends at most 0.8 calls a second" in caplog.text


def test_an_infinite_limit_is_not_slowed_down(harness: ClientHarness, mock: Running) -> None:
    mock.script(Rule(match=Match(operation="createThread"), fault=Fault(status=429)))
    events: list[HookEvent] = []
    client = harness.client(
        mock.token,
        mock.url,
        rate_limit=math.inf,
        retry=RetryPolicy(attempts=1),
        event_hooks=[events.append],
    )

    for _ in range(3):
        with pytest.raises(RateLimitError):
            client.threads.create()

    assert not [event for event in events if isinstance(event, RateLimitChanged)]
    assert client._caller.settings.limiter.rate is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_begins_without_the_turns_of_its_parent() -> None:
    """The child has no turns of its parent, and no lock that a thread of the parent held."""
    with AppBuilder("k", "http://[::1]:9", rate_limit=1) as client:
        limiter = client._caller.settings.limiter
        limiter.join()
        with limiter._lock:
            child = os.fork()
            if child == 0:
                signal.alarm(60)  # for a child that waits for the lock
                os._exit(limiter.ask(limiter.join()) != 0)

        assert os.waitpid(child, 0)[1] == 0
