"""Tools that raise, or return what cannot be sent, and the runs that they are called for."""

from __future__ import annotations

import asyncio
import contextvars
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import (
    AppBuilder,
    AsyncAppBuilder,
    ToolError,
)

from tests.clients.bodies import RUN
from tests.clients.client_harness import ClientHarness, SyncHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import answer
from tests.clients.tools import (
    QUESTION,
    Kaputt,
    asks,
    call,
    calls,
    ends_of,
    get_weather,
    named,
    outputs_of,
    rounds,
    waiting,
)


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


def test_generator_exit_of_an_async_tool(harness: ClientHarness, run: Any) -> None:
    """As that of a plain one."""
    if isinstance(harness, SyncHarness):
        pytest.skip("an async tool needs the asynchronous client")

    @named
    async def weather(city: str) -> str:
        raise GeneratorExit

    with pytest.raises(RuntimeError, match="get_weather raised GeneratorExit"):
        run(weather)


def test_halves_of_characters(run: Any, server: appbuilder_mock.Running) -> None:
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
