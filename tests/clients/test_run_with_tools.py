"""Runs that are carried through their tool calls, on both clients, and what is left of them."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    AppBuilder,
    AsyncAppBuilder,
    DeadlineExceededError,
    NotFoundError,
    ResponseError,
    ToolError,
    ToolLoopError,
    final_text,
    hooks,
)
from appbuilder_mock.scenarios import ErrorBody, Failed, Fault, Match, Reply, Rule, ToolCall

from tests.clients.bodies import RUN
from tests.clients.client_harness import ClientHarness, SyncHarness, notes_of
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import PATIENCE, answer
from tests.clients.tools import (
    QUESTION,
    asks,
    ends_of,
    get_weather,
    named,
    outputs_of,
    rounds,
    runs_of,
)


@pytest.fixture
def client(harness: ClientHarness, server: appbuilder_mock.Running) -> Any:
    return harness.client(server.token, server.url, retry=AT_ONCE)


@pytest.fixture
def run(client: Any) -> Callable[..., Any]:
    """Run an assistant on a new thread; the tools come first."""
    assistant = client.assistants.create("a")

    def run_(*tools: Any, **options: Any) -> Any:
        options.setdefault("thread", QUESTION)
        return client.threads.runs.run_with_tools(assistant.id, tools=tools, **options)

    return run_


def test_one_call(run: Any, server: appbuilder_mock.Running) -> None:
    """A function is described, called and answered for, and the run comes back as it ended."""
    done = run(get_weather)

    assert done.status == "completed"
    assert "Tool result: sample：晴" in final_text(done)
    first, second = server.assert_received("createRun", times=2, stream=False)
    assert first.body["tools"] == second.body["tools"] == [get_weather.to_dict()]
    assert second.body["tool_output"]["output"] == "sample：晴"
    assert second.body["tool_output"]["run_id"] == done.id
    assert "thread" not in second.body


def test_several_rounds_of_several_calls(run: Any, server: appbuilder_mock.Running) -> None:
    """Each round's calls are answered together, in their order."""
    server.script(rounds(asks("北京", "上海"), asks("广州"), asks("深圳", "成都", "杭州")))

    done = run(get_weather)

    assert final_text(done).split("\n") == [
        f"{city}：晴" for city in ("北京", "上海", "广州", "深圳", "成都", "杭州")
    ]
    assert len(server.assert_received("submitToolOutputs")) == 2
    assert len(server.assert_received("createRun")) == 2


@pytest.mark.parametrize(
    ("continuation", "by_run", "by_submit"),
    [("auto", 1, 1), ("tool_output", 3, 0), ("submit_tool_outputs", 0, 2)],
)
def test_both_continuations(
    run: Any, server: appbuilder_mock.Running, continuation: str, by_run: int, by_submit: int
) -> None:
    """Outputs go by `tool_output`, one with each call, or together; each tool is called once."""
    called = []
    server.script(rounds(asks("北京", "上海"), asks("广州")))

    @named
    def weather(city: str) -> str:
        called.append(city)
        return city

    done = run(weather, continuation=continuation)

    assert final_text(done) == "北京\n上海\n广州"
    assert sorted(called) == sorted(["北京", "上海", "广州"])
    operations = [request.operation for request in server.requests]
    assert operations.count("createRun") == 1 + by_run
    assert operations.count("submitToolOutputs") == by_submit


def test_calls_run_in_parallel_and_bounded(run: Any, server: appbuilder_mock.Running) -> None:
    """As many as `max_parallel` run at once, and never one more."""
    server.script(rounds(asks(*"一二三四五六")))
    begun: list[str] = []
    second, third, checked = (threading.Event() for _ in range(3))
    too_many = []

    @named
    def weather(city: str) -> str:
        begun.append(city)
        if len(begun) == 1:
            assert second.wait(PATIENCE)
            too_many.append(third.wait(0.2))
            checked.set()
        elif len(begun) == 2:
            second.set()
            checked.wait(PATIENCE)
        else:
            third.set()
        return city

    done = run(weather, max_parallel=2)

    assert final_text(done) == "\n".join("一二三四五六")
    assert too_many == [False]


def test_errors_that_the_model_gets(run: Any, server: appbuilder_mock.Running) -> None:
    """Wrong arguments, unknown tools and a ToolError are outputs that it can read."""
    broken = ToolCall("get_weather", "{oops")
    server.script(rounds([*asks("北京", 3, "火星"), broken, ToolCall("no_such_tool", {})]))

    @named
    def weather(city: str) -> str:
        if city == "火星":
            raise ToolError("没有这个城市")
        return f"{city}：晴"

    done = run(weather)

    assert done.status == "completed"
    ok, wrong, failed, not_json, unknown = outputs_of(server)
    assert ok == "北京：晴"
    assert wrong == "error: city: expected a string, got 3"
    assert failed == "error: 没有这个城市"
    assert str(not_json).startswith("error: the arguments are not JSON: ")
    assert unknown == "error: unknown tool 'no_such_tool'; the tools are: get_weather"


def test_outputs_are_text_or_json(run: Any, server: appbuilder_mock.Running) -> None:
    """A text goes as it is, anything else as JSON."""
    server.script(rounds(asks("北京")))

    @dataclass
    class Weather:
        city: str
        degrees: float

    def get_weather(city: str) -> list[Weather]:
        return [Weather(city, 25.0)]

    run(get_weather)

    assert outputs_of(server) == ['[{"city": "北京", "degrees": 25.0}]']


def test_a_described_function(run: Any, server: appbuilder_mock.Running) -> None:
    """A hand-written description may accompany its function, and is the one sent."""
    described = {
        "type": "function",
        "function": {"name": "get_weather", "description": "天气!", "parameters": {}},
    }
    server.script(rounds(asks("北京")))

    run(described, get_weather)

    first, _ = server.assert_received("createRun")
    assert first.body["tools"] == [described]
    assert outputs_of(server) == ["北京：晴"]


@pytest.mark.parametrize(
    ("tools", "error", "message"),
    [
        ([{"function": {"name": "f"}}], ValueError, "'f' is described, but no function"),
        ([get_weather, named(get_weather.function)], ValueError, "two functions are named"),
        ([3], TypeError, r"tools\[0\]: expected a function"),
        ([{"name": "f"}], TypeError, r"tools\[0\]: expected a function"),
        ("get_weather", TypeError, "tools: expected a list, got str"),
        ([lambda x: x], TypeError, "needs a name"),
    ],
)
def test_tools_that_are_none(
    client: Any, server: appbuilder_mock.Running, tools: Any, error: Any, message: str
) -> None:
    """They are refused before anything is sent."""
    with pytest.raises(error, match=message):
        client.threads.runs.run_with_tools("a", "t", tools=tools)

    assert server.requests == []


@pytest.mark.parametrize(
    "options", [{"max_rounds": 0}, {"max_parallel": 1.5}, {"continuation": "both"}]
)
def test_options_that_make_no_sense(client: Any, options: dict[str, Any]) -> None:
    """They are refused by name."""
    with pytest.raises(ValueError, match=f"{next(iter(options))}: expected"):
        client.threads.runs.run_with_tools("a", "t", tools=[get_weather], **options)


class Kaputt(Exception):
    """A mistake in the user's program."""


def test_other_exceptions_reach_the_caller(
    run: Any, client: Any, server: appbuilder_mock.Running
) -> None:
    """As they are, and the run is cancelled: none is left waiting for outputs."""
    kaputt = Kaputt("电池没电了")

    @named
    def weather(city: str) -> str:
        raise kaputt

    with pytest.raises(Kaputt) as caught:
        run(weather)

    assert caught.value is kaputt
    assert ends_of(server, client) == ["cancelled"]


@pytest.mark.parametrize(("result", "error"), [(object(), TypeError), (float("nan"), ValueError)])
def test_a_result_that_has_no_form(
    run: Any, client: Any, server: appbuilder_mock.Running, result: Any, error: type[Exception]
) -> None:
    """It is the program's mistake: the error names the tool, and the run is cancelled."""

    @named
    def weather(city: str) -> Any:
        return result

    with pytest.raises(error, match="tool get_weather: its result cannot"):
        run(weather)

    assert ends_of(server, client) == ["cancelled"]


def test_a_run_within_a_run(server: appbuilder_mock.Running) -> None:
    """A tool may itself carry a run through its tools, three deep, with the caller's context."""
    place = contextvars.ContextVar("place", default="nowhere")
    server.script(rounds(asks("北京")))

    @named
    def inner(city: str) -> str:
        return f"{city}：{place.get()}"

    with AppBuilder(server.token, server.url) as client:
        assistant = client.assistants.create("a")

        def run(made: Any) -> str:
            ended = client.threads.runs.run_with_tools(assistant.id, thread=QUESTION, tools=[made])
            return client.text(ended)

        def around(made: Any) -> Any:
            @named
            def weather(city: str) -> str:
                return f"[{run(made)}]"

            return weather

        place.set("这里")
        assert run(around(around(inner))) == "[[北京：这里]]"
        assert ends_of(server, client) == ["completed"] * 3


def test_an_async_run_within_a_run(server: appbuilder_mock.Running) -> None:
    """As tasks of one event loop, and in streams."""
    server.script(rounds(asks("北京")))

    @named
    async def inner(city: str) -> str:
        return f"{city}：晴"

    async def main() -> str:
        async with AsyncAppBuilder(server.token, server.url) as client:
            assistant = await client.assistants.create("a")

            @named
            async def weather(city: str) -> str:
                async with client.threads.runs.stream_run_with_tools(
                    assistant.id, thread=QUESTION, tools=[inner]
                ) as stream:
                    return f"[{await stream.final_text()}]"

            ended = await client.threads.runs.run_with_tools(
                assistant.id, thread=QUESTION, tools=[weather]
            )
            return await client.text(ended)

    assert asyncio.run(main()) == "[北京：晴]"


@pytest.mark.parametrize("stop", [StopIteration(3), GeneratorExit()], ids=repr)
def test_exceptions_that_would_end_the_flow(
    run: Any, client: Any, server: appbuilder_mock.Running, stop: BaseException
) -> None:
    """Futures and generators cannot carry them: each arrives as the cause of a RuntimeError."""

    @named
    def weather(city: str) -> str:
        raise stop

    with pytest.raises(RuntimeError, match=f"get_weather raised {type(stop).__name__}") as caught:
        run(weather)

    assert caught.value.__cause__ is stop
    assert ends_of(server, client) == ["cancelled"]


def test_generator_exit_of_an_async_tool(harness: ClientHarness, run: Any, client: Any) -> None:
    """As that of a plain one."""
    if isinstance(harness, SyncHarness):
        pytest.skip("an async tool needs the asynchronous client")

    @named
    async def weather(city: str) -> str:
        raise GeneratorExit

    with pytest.raises(RuntimeError, match="get_weather raised GeneratorExit"):
        run(weather)


def test_halves_of_characters(run: Any, client: Any, server: appbuilder_mock.Running) -> None:
    """In a result or a ToolError they are replaced, and the run continues."""

    @named
    def weather(city: str) -> str:
        if city == "京":
            raise ToolError("没有\ud800城市")
        return f"{city}\udfff：\ud83c\udf27"

    server.script(rounds(asks("北京"), asks("京")))

    assert run(weather).status == "completed"
    assert outputs_of(server) == ["北京\ufffd：🌧", "error: 没有\ufffd城市"]


@pytest.mark.parametrize(
    "arguments",
    [
        '{"\\ud800": 1, "city": "北京"}',
        '{"city": "\\ud800"}',
        '{"city": {"\\ud800": ["\\udfff"]}}',
    ],
    ids=["key", "value", "nested"],
)
def test_halves_of_characters_that_the_model_gives(
    harness: ClientHarness, serve: Serve, arguments: str
) -> None:
    """The model reads of a bad argument, and the run continues."""
    answers = [waiting(calls(call(arguments=arguments))), RUN]
    server = serve(lambda exchange: exchange.send(answer(answers.pop(0))))
    client = harness.client("k", server.url)

    ended = client.threads.runs.run_with_tools("a", thread=QUESTION, tools=[get_weather])

    assert ended.status == "completed"
    output = server.exchanges[1].json["tool_output"]["output"]
    assert output.startswith("error: the arguments: expected no halves of characters, got ")


@pytest.mark.parametrize("plain", [True, False], ids=["def", "async def"])
def test_a_tool_that_ends_the_program(server: appbuilder_mock.Running, plain: bool) -> None:
    """`sys.exit` in a tool ends a program for asyncio, but not before the run is cancelled."""

    def leave(city: str) -> str:
        raise SystemExit(3)

    async def leave_soon(city: str) -> str:
        raise SystemExit(3)

    async def main() -> None:
        async with AsyncAppBuilder(server.token, server.url) as client:
            assistant = await client.assistants.create("a")
            await client.threads.runs.run_with_tools(
                assistant.id, thread=QUESTION, tools=[leave if plain else leave_soon]
            )

    with pytest.raises(SystemExit):
        asyncio.run(main())

    with AppBuilder(server.token, server.url) as client:
        assert ends_of(server, client) == ["cancelled"]


def test_max_rounds(run: Any, client: Any, server: appbuilder_mock.Running) -> None:
    """A run that keeps asking is cancelled, and raises ToolLoopError."""
    server.script(rounds(*[asks("北京")] * 3))

    with pytest.raises(ToolLoopError, match=r"max_rounds=2 rounds \(now get_weather\)") as caught:
        run(get_weather, max_rounds=2)

    assert (caught.value.rounds, caught.value.run.status) == (2, "requires_action")
    assert ends_of(server, client) == ["cancelled"]
    assert run(get_weather, max_rounds=3).status == "completed"


@pytest.mark.parametrize("status", ["failed", "expired"])
def test_a_run_that_ends_badly(run: Any, server: appbuilder_mock.Running, status: str) -> None:
    """It is given back as it is, like `run` does; there is nothing to cancel."""
    ends: Any = {"failed": {"failed": Failed("server_error", "模型不可用")}}
    end = ends.get(status, {"expired": True})
    server.script(Rule(tool_rounds=[asks("北京")], **end))

    done = run(get_weather)

    assert done.status == status
    assert all(request.operation != "cancelRun" for request in server.requests)


def test_async_tools(harness: ClientHarness, run: Any, server: appbuilder_mock.Running) -> None:
    """The asynchronous client awaits them; the other refuses them before the run begins."""
    server.script(rounds(asks("北京", "上海")))

    async def get_weather(city: str) -> str:
        await asyncio.sleep(0)
        return f"{city}：晴"

    if isinstance(harness, SyncHarness):
        with pytest.raises(TypeError, match="tool get_weather: an `async def` tool needs Async"):
            run(get_weather)
        assert runs_of(server) == []
    else:
        assert final_text(run(get_weather)) == "北京：晴\n上海：晴"


def test_a_plain_function_that_gives_a_coroutine(
    run: Any, client: Any, server: appbuilder_mock.Running
) -> None:
    """It cannot be known beforehand that it has to be awaited: the error comes when it happens."""

    async def ask() -> str:
        return "晴"

    @named
    def weather(city: str) -> Any:
        return ask()

    with pytest.raises(TypeError, match="make the tool of an `async def` function"):
        run(weather)

    assert ends_of(server, client) == ["cancelled"]


def test_tools_see_the_callers_context(run: Any, server: appbuilder_mock.Running) -> None:
    """Context variables are there in the threads, too."""
    user: contextvars.ContextVar[str] = contextvars.ContextVar("user", default="nobody")
    server.script(rounds(asks("北京")))
    user.set("我")

    @named
    def weather(city: str) -> str:
        return user.get()

    # The event loop copies the context of who starts it.
    run(weather)

    assert outputs_of(server) == ["我"]


def test_hooks_get_the_tools(harness: ClientHarness, server: appbuilder_mock.Running) -> None:
    """Each call of a function begins and ends, with the run it is for, and with its failure."""
    events: list[Any] = []
    client = harness.client(server.token, server.url, event_hooks=[events.append])
    assistant = client.assistants.create("a")
    server.script(rounds(asks("北京")))

    @named
    def weather(city: str) -> str:
        raise ToolError("没有")

    done = client.threads.runs.run_with_tools(assistant.id, thread=QUESTION, tools=[weather])

    kinds = (
        hooks.ToolRoundStarted,
        hooks.ToolStarted,
        hooks.ToolFinished,
        hooks.ToolRoundFinished,
    )
    round_, begun, ended, over = (event for event in events if isinstance(event, kinds))
    assert (round_.round, round_.tools) == (1, ("get_weather",))
    assert (round_.run_id, round_.thread_id) == (done.id, done.thread_id)
    assert (begun.round_id, begun.name) == (round_.call_id, "get_weather")
    assert begun.tool_call_id.startswith("call-")
    assert ended.call_id == begun.call_id
    assert isinstance(ended.error, ToolError)
    assert (over.call_id, over.error) == (round_.call_id, None)


# ── The deadline ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def over() -> Iterator[threading.Event]:
    """Set when the test is over: a tool that waits for it hangs during the test."""
    event = threading.Event()
    yield event
    event.set()


def test_the_deadline_bounds_tools(
    run: Any, client: Any, server: appbuilder_mock.Running, over: threading.Event
) -> None:
    """A tool in a thread is not waited for, and the run is cancelled, however late it is."""

    @named
    def weather(city: str) -> str:
        over.wait(PATIENCE)
        return city

    begun = time.monotonic()
    with pytest.raises(DeadlineExceededError, match=r"while tools ran \(get_weather\)") as caught:
        run(weather, deadline=0.8)

    assert 0.8 <= time.monotonic() - begun < PATIENCE  # which the tool takes
    assert caught.value.cancelled
    assert "the run was cancelled" in str(caught.value)
    assert ends_of(server, client) == ["cancelled"]


def test_the_deadline_bounds_the_server(
    run: Any, client: Any, server: appbuilder_mock.Running
) -> None:
    """Also between the rounds."""
    server.script(Rule(tool_rounds=[asks("北京")], reply=Reply("{outputs}", first_delay=PATIENCE)))

    begun = time.monotonic()
    with pytest.raises(DeadlineExceededError) as caught:
        run(get_weather, deadline=1.0)

    assert 1.0 <= time.monotonic() - begun < PATIENCE  # which the server takes
    assert caught.value.cancelled
    assert ends_of(server, client) == ["cancelled"]


def test_a_program_ends_though_a_tool_does_not(server: appbuilder_mock.Running) -> None:
    """The interpreter does not wait for a thread that its call has given up on."""
    program = """
import threading
from appbuilder_assistants import AppBuilder, DeadlineExceededError

def hang(city: str) -> str:
    threading.Event().wait()

with AppBuilder() as client:
    assistant = client.assistants.create("a")
    try:
        client.threads.runs.run_with_tools(
            assistant.id, thread={"messages": [{"role": "user", "content": "?"}]}, tools=[hang],
            deadline=0.8,
        )
    except DeadlineExceededError:
        print("done")
"""
    environment = {**os.environ, "GATEWAY_URL": server.url, "APPBUILDER_TOKEN": server.token}

    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, timeout=30
    )

    assert (done.stdout, done.stderr, done.returncode) == (b"done\n", b"", 0)


def test_the_deadline_cancels_async_tools(server: appbuilder_mock.Running) -> None:
    """They get CancelledError, and have cleaned up when the call is over."""
    seen = []

    async def get_weather(city: str) -> str:
        try:
            await asyncio.Event().wait()
        finally:
            seen.append("cleaned up")
        return city

    async def main() -> str:
        async with AsyncAppBuilder(server.token, server.url) as client:
            assistant = await client.assistants.create("a")
            with pytest.raises(DeadlineExceededError):
                await client.threads.runs.run_with_tools(
                    assistant.id, thread=QUESTION, tools=[get_weather], deadline=0.8
                )
            (run,) = runs_of(server)
            return (await client.threads.runs.wait(run["thread_id"], run["id"])).status

    assert asyncio.run(main()) == "cancelled"
    assert seen == ["cleaned up"]


def test_one_failure_cancels_the_other_async_tools(server: appbuilder_mock.Running) -> None:
    """No tool of a call continues after the call has failed."""
    server.script(rounds(asks("好", "坏")))
    seen = []

    async def main() -> None:
        waiting = asyncio.Event()

        async def get_weather(city: str) -> str:
            if city == "坏":
                await waiting.wait()
                raise Kaputt
            try:
                waiting.set()
                await asyncio.Event().wait()
            finally:
                seen.append("cleaned up")
            return city

        async with AsyncAppBuilder(server.token, server.url) as client:
            assistant = await client.assistants.create("a")
            with pytest.raises(Kaputt):
                await client.threads.runs.run_with_tools(
                    assistant.id, thread=QUESTION, tools=[get_weather]
                )
            assert seen == ["cleaned up"]

    asyncio.run(main())


@pytest.mark.parametrize("late", [False, True], ids=["at once", "later"])
def test_async_tools_that_fail_while_they_are_cancelled(
    server: appbuilder_mock.Running, late: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first failure is raised; asyncio does not complain of the other."""
    server.script(rounds(asks("好", "坏")))
    complaints: list[dict[str, Any]] = []
    if late:
        monkeypatch.setattr("appbuilder_assistants._tools.runner.TOOL_CANCEL_SECONDS", 0.05)

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: complaints.append(context)
        )
        waiting, over = asyncio.Event(), asyncio.Event()

        async def get_weather(city: str) -> str:
            if city == "坏":
                await waiting.wait()
                raise Kaputt
            try:
                waiting.set()
                await asyncio.Event().wait()
            finally:
                if late:
                    await over.wait()
                raise ValueError("收拾不了")

        async with AsyncAppBuilder(server.token, server.url) as client:
            assistant = await client.assistants.create("a")
            with pytest.raises(Kaputt):
                await client.threads.runs.run_with_tools(
                    assistant.id, thread=QUESTION, tools=[get_weather]
                )
            over.set()
            await asyncio.sleep(0)

    asyncio.run(main())
    gc.collect()
    assert complaints == []


# ── Leaving by an error ─────────────────────────────────────────────────────────────────────────


def test_cancelling_a_task_cancels_the_run(server: appbuilder_mock.Running) -> None:
    """Even when it is cancelled again and again while the run is being cancelled."""

    async def main() -> str:
        asked = asyncio.Event()

        async def get_weather(city: str) -> str:
            asked.set()
            await asyncio.Event().wait()
            return city

        async with AsyncAppBuilder(server.token, server.url) as client:
            assistant = await client.assistants.create("a")
            call = client.threads.runs.run_with_tools(
                assistant.id, thread=QUESTION, tools=[get_weather]
            )
            task = asyncio.create_task(call)
            await asyncio.wait_for(asked.wait(), PATIENCE)
            while not task.done():
                task.cancel()
                await asyncio.sleep(0)
            with pytest.raises(asyncio.CancelledError):
                await task
            (run,) = runs_of(server)
            return (await client.threads.runs.wait(run["thread_id"], run["id"])).status

    assert asyncio.run(main()) == "cancelled"


def interrupt_when(ready: Callable[[], bool]) -> threading.Thread:
    """Press Ctrl-C once the condition holds."""

    def press() -> None:
        end = time.monotonic() + PATIENCE
        while not ready() and time.monotonic() < end:
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    return thread


def test_ctrl_c_cancels_the_run(server: appbuilder_mock.Running) -> None:
    """While the server is waited for, in a thread of its own: the main one."""
    server.script(Rule(tool_rounds=[asks("北京")], reply=Reply("{outputs}", first_delay=PATIENCE)))
    with AppBuilder(server.token, server.url) as client:
        assistant = client.assistants.create("a")
        thread = interrupt_when(
            lambda: [r.operation for r in server.requests].count("createRun") == 2
        )
        with pytest.raises(KeyboardInterrupt):
            client.threads.runs.run_with_tools(assistant.id, thread=QUESTION, tools=[get_weather])
        thread.join()

        assert ends_of(server, client) == ["cancelled"]


def test_cancelling_that_fails_is_noted(run: Any, server: appbuilder_mock.Running) -> None:
    """The original error stays the error; what came of cancelling is a note on it."""
    refusal = Fault(status=400, error=ErrorBody(code="no", message="不行"))
    server.script(Rule(match=Match(operation="cancelRun"), fault=refusal))

    @named
    def weather(city: str) -> str:
        raise Kaputt

    with pytest.raises(Kaputt) as caught:
        run(weather)

    (note,) = notes_of(caught.value)
    assert note.startswith("cancelling the run failed (400 no: 不行")
    assert note.endswith("it may be going on")


def test_a_run_that_has_ended_is_not_missed(run: Any, server: appbuilder_mock.Running) -> None:
    """When it has ended before it can be cancelled, nothing waits and nothing is noted."""
    ended = Fault(status=409, error=ErrorBody(code="run_ended", message="it has ended"))
    server.script(Rule(match=Match(operation="cancelRun"), fault=ended))

    @named
    def weather(city: str) -> str:
        raise Kaputt

    with pytest.raises(Kaputt) as caught:
        run(weather)

    assert notes_of(caught.value) == []


@pytest.mark.parametrize("known", [True, False], ids=["thread known", "new thread"])
def test_a_first_answer_that_is_lost(
    run: Any, client: Any, server: appbuilder_mock.Running, known: bool
) -> None:
    """Nothing is cancelled; the error says that a run may be going on, and how to find it."""
    lost = Fault(reset="before_answering")
    server.script(rounds(asks("北京"), match=Match(nth=1), fault=lost))
    thread = client.threads.create()

    with pytest.raises(ApiConnectionError) as caught:
        run(get_weather, thread_id=thread.id if known else None)

    [note] = notes_of(caught.value)
    assert note.startswith("a run may be going on; the run's id is unknown")
    assert (f"client.threads.runs.list(thread_id={thread.id!r})" in note) is known


def test_a_run_that_was_refused(client: Any, server: appbuilder_mock.Running) -> None:
    """Nothing was begun, so nothing is cancelled."""
    thread = client.threads.create()

    with pytest.raises(NotFoundError) as caught:
        client.threads.runs.run_with_tools("asst_没有", thread.id, QUESTION, tools=[get_weather])

    assert notes_of(caught.value) == []
    assert [request.operation for request in server.requests] == [
        "createThread",
        "createRun",
    ]


def waiting(action: Any) -> dict[str, Any]:
    return {**RUN, "status": "requires_action", "required_action": action}


def calls(*named: dict[str, Any]) -> dict[str, Any]:
    return {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": list(named)}}


def call(id_: Any = "c1", arguments: Any = '{"city": "北京"}', **more: Any) -> dict[str, Any]:
    function = {"name": "get_weather", "arguments": arguments, **more}
    return {"id": id_, "type": "function", "function": function}


@pytest.mark.parametrize(
    "action",
    [None, {"type": "approve"}, calls(), calls(call(output="晴")), calls(call(id_=7))],
    ids=["none", "another", "no calls", "answered", "no id"],
)
def test_a_run_that_waits_for_something_else(
    harness: ClientHarness, serve: Serve, action: Any
) -> None:
    """It is an error, and the run is cancelled, as nobody here can continue it."""
    server = serve(lambda exchange: exchange.send(answer(waiting(action))))
    client = harness.client("k", server.url)

    with pytest.raises(ResponseError, match="run run_1 waits for an action, but names no tool"):
        client.threads.runs.run_with_tools("a", thread=QUESTION, tools=[get_weather])

    assert [exchange.request_line.split()[1] for exchange in server.exchanges] == [
        "/v2/threads/runs",
        "/v2/threads/runs/cancel",
    ]


def test_a_service_that_answers_at_once(harness: ClientHarness, serve: Serve) -> None:
    """A run that is still at work when it comes back is waited for, and calls come but once."""
    answers = [
        {**RUN, "status": "queued"},
        {**RUN, "status": "in_progress"},
        waiting(calls(call(), call(), call("c2", {"city": 3}), call("c3", output="晴"))),
        {**RUN, "status": "in_progress"},
        RUN,
    ]
    server = serve(lambda exchange: exchange.send(answer(answers.pop(0))))

    client = harness.client("k", server.url)
    done = client.threads.runs.run_with_tools("a", thread=QUESTION, tools=[get_weather])

    assert done.status == "completed"
    paths = [exchange.request_line.split()[1].rpartition("/")[2] for exchange in server.exchanges]
    assert paths == ["runs", "query", "query", "submit_tool_outputs", "query"]
    assert server.exchanges[3].json["tool_outputs"] == [
        {"tool_call_id": "c1", "output": "北京：晴"},
        {"tool_call_id": "c2", "output": "error: the arguments are not JSON, but no text at all"},
    ]


# ── wait ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("end", ["completed", "requires_action", "cancelled", "paused"])
def test_wait(harness: ClientHarness, serve: Serve, end: str) -> None:
    """A run is looked up until it has ended, waits for tools, or is in a state unheard of."""
    answers = [{**RUN, "status": s} for s in ("queued", "in_progress", "cancelling", end)]
    server = serve(lambda exchange: exchange.send(answer(answers.pop(0))))

    done = harness.client("k", server.url).threads.runs.wait("t", "r", first_delay=0.01)

    assert done.status == end
    assert [exchange.json for exchange in server.exchanges] == [
        {"thread_id": "t", "run_id": "r"}
    ] * 4


@pytest.mark.parametrize("on_deadline", ["raise", "cancel"])
def test_wait_has_a_deadline(harness: ClientHarness, serve: Serve, on_deadline: str) -> None:
    """It is used up, not cut short by a pause; then the run is left alone, or cancelled."""
    working = {**RUN, "status": "in_progress"}
    server = serve(lambda exchange: exchange.send(answer(working)))
    client = harness.client("k", server.url)

    begun = time.monotonic()
    with pytest.raises(DeadlineExceededError) as caught:
        client.threads.runs.wait("t", "r", deadline=0.4, on_deadline=on_deadline)

    assert 0.3 <= time.monotonic() - begun < PATIENCE
    assert caught.value.cancelled is (on_deadline == "cancel")
    paths = [exchange.request_line.split()[1].rpartition("/")[2] for exchange in server.exchanges]
    assert len(paths) < 15
    assert (paths[-1] == "cancel") is (on_deadline == "cancel")


def test_wait_survives_a_busy_server(harness: ClientHarness, serve: Serve) -> None:
    """A look that fails is repeated as any look-up is."""
    answers = [answer({}, "503 Busy"), answer(RUN)]
    server = serve(lambda exchange: exchange.send(answers.pop(0)))

    done = harness.client("k", server.url, retry=AT_ONCE).threads.runs.wait("t", "r")

    assert done.status == "completed"


@pytest.mark.parametrize("delays", [(2.0, 1.0), (0.0, 1.0), (0.0, 0.0), (-1.0, 1.0)])
def test_wait_with_delays_that_make_no_sense(client: Any, delays: tuple[float, float]) -> None:
    """They are refused. A first pause of 0 could not grow: looking would never pause."""
    first, last = delays
    with pytest.raises(ValueError, match="expected 0 < first_delay <= max_delay"):
        client.threads.runs.wait("t", "r", first_delay=first, max_delay=last)
