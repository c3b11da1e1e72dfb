"""Runs that are carried through their tool calls: rounds, arguments and outputs."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from dataclasses import dataclass
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import (
    ToolError,
    ToolLoopError,
    final_text,
    hooks,
)
from appbuilder_mock.scenarios import Failed, Rule, ToolCall

from tests.clients.client_harness import ClientHarness, SyncHarness
from tests.clients.raw_server import PATIENCE
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
    """A text is sent as it is, anything else as JSON."""
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
