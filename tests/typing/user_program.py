"""A user's program, and the expected results of the type checkers.

Never run: mypy and pyright read it, by `make type` and by the test beside it. Every line that is
wrong on purpose carries an `ignore` for both, and both complain about one that is not needed.
"""

# ruff: noqa: T201
from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Literal

import appbuilder_assistants as appbuilder
import httpx
from appbuilder_assistants import (
    ApiStatusError,
    AppBuilder,
    AssistantEventHandler,
    AsyncAppBuilder,
    AsyncAssistantEventHandler,
    AsyncToolRunStream,
    RetryPolicy,
    RunEvent,
    RunSnapshot,
    StreamInterruptedError,
    ToolError,
    ToolLoopError,
    ToolRunStream,
    UnknownEvent,
    final_text,
    tool,
)
from appbuilder_assistants.types import (
    Assistant,
    AssistantContent,
    AssistantFunction,
    AssistantMessage,
    AssistantThread,
    AssistantThreadDict,
    AssistantTool,
    Message,
    RunResult,
    StreamRunMessage,
    StreamRunStatus,
    Thread,
    ToolCall,
    ToolOutput,
)
from typing_extensions import assert_type


def events_are_distinguished(client: AppBuilder) -> None:
    with client.threads.runs.stream_run("a", "t") as stream:
        for event in stream:
            seen(event)
            if isinstance(event, StreamRunMessage):
                assert_type(event.content, list[AssistantContent] | None)
                print(client.text(event), final_text(event))
            elif isinstance(event, UnknownEvent):
                assert_type(event.data, str)
            else:
                assert_type(event, StreamRunStatus)
    snapshot(stream.snapshot)
    for event in client.threads.runs.stream_run("a", "t"):
        event.send_id  # type: ignore[union-attr]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018


async def events_are_awaited(client: AsyncAppBuilder) -> None:
    async with client.threads.runs.stream_run("a", "t") as stream:
        async for event in stream:
            seen(event)
    snapshot(stream.snapshot)


async def streams_have_lenses(client: AsyncAppBuilder, other: AppBuilder) -> None:
    stream = other.threads.runs.stream_run("a", "t")
    assert_type(stream.text, Iterator[str])
    assert_type(stream.final_run(), RunResult)
    assert_type(stream.final_text(), str)
    assert_type(stream.messages, dict[str, str])
    assert_type(stream.current_run, RunResult | None)
    stream.until_done()
    awaited = client.threads.runs.stream_run("a", "t")
    assert_type(awaited.text, AsyncIterator[str])
    assert_type(await awaited.final_run(), RunResult)
    assert_type(await awaited.final_text(), str)
    assert_type(awaited.messages, dict[str, str])
    assert_type(awaited.current_run, RunResult | None)
    await awaited.until_done()
    manager = client.threads.runs.stream_run_with_handler("a", "t")
    assert_type(manager.text, AsyncIterator[str])
    assert_type(await manager.final_run(), RunResult)

    awaited.final_text().upper()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


def seen(event: RunEvent) -> None:
    print(event)


def snapshot(run: RunSnapshot) -> None:
    assert_type(run.run_id, str | None)
    assert_type(run.run, RunResult | None)
    assert_type(run.tool_calls, list[ToolCall])
    assert_type(run.messages, dict[str, str])
    assert_type(run.reconciled, bool)


def requests_take_types_and_dicts(client: AppBuilder, order: Literal["asc", "desc"]) -> None:
    function = AssistantFunction("f", "d", {"type": "object"})
    message = AssistantMessage(role="user", content="你好")
    plain: AssistantThreadDict = {"messages": [{"role": "user", "content": "你好"}]}
    client.assistants.create("a", tools=[AssistantTool("function", function)])
    client.assistants.create("a", tools=({"type": "function"},), metadata={"a": "b"})
    client.threads.create([message])
    client.threads.create([{"role": "user", "content": "你好"}, message])
    client.threads.runs.run("a", thread=AssistantThread([message]))
    client.threads.runs.run("a", thread=plain, tool_output={"tool_call_id": "c", "output": "o"})
    client.threads.runs.submit_tool_outputs("r", "t", [ToolOutput("c", "o")])
    client.threads.runs.list("t", 5, order)

    client.threads.create([{"content": "你好"}])
    client.threads.runs.run(
        "a", thread={"messages": [message, {"content": "好", "metadata": None}]}
    )
    client.threads.runs.run("a", model_parameters={"chat_parameters": {"temperature": 0.5}})

    client.threads.runs.run("a", thread={"mesages": []})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.threads.create([{"contents": "你好"}])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    client.threads.runs.list("t", order="up")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.threads.messages.create("t", "c", role="system")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.assistants.create()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.threads.runs.run("a", threads=plain)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.threads.runs.run("a", tools="f")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def files_come_from_anywhere(client: AppBuilder, done: list[int]) -> None:
    files = client.assistants.files
    files.create(Path("a.txt"), progress=lambda sent, total: done.append(sent + (total or 0)))
    files.create(b"a", "assistant", filename="a.txt")
    files.create(io.BytesIO(b"a"))
    with open("a.txt", "rb") as file:  # noqa: PTH123
        files.create(file_path=file)
    files.download("f", Path("folder"), 5, overwrite=True)
    assert_type(files.content("f", timeout=httpx.Timeout(5)).content, bytes)

    files.create(io.StringIO("a"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    files.create("a.txt", "assistant", "b.txt")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    files.download("f", "folder", 5, True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def lists_are_read_lazily(client: AsyncAppBuilder, other: AppBuilder) -> None:
    async for run in client.threads.runs.list_all("t", order="asc", page_size=5):
        assert_type(run, RunResult)
    for message in other.threads.messages.list_all("t"):
        assert_type(message, Message)
    client.threads.runs.list_all("t", "asc")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


@tool
def get_weather(city: str, *, days: int = 1) -> str:
    return city * days


@tool(name="ask", description="问")
async def ask(question: str) -> int:
    return len(question)


def plain(city: str) -> str:
    return city


def tools_are_still_functions() -> None:
    assert_type(get_weather("北京", days=2), str)
    assert_type(tool(plain, name="other")("北京"), str)
    assert_type(get_weather.name, str)
    get_weather(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    get_weather("北京", 2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    wrong: int = get_weather("北京")  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    print(wrong)
    raise ToolError("没有")


async def runs_go_through_their_tools(client: AsyncAppBuilder, other: AppBuilder) -> None:
    runs, plain_runs = client.threads.runs, other.threads.runs
    described: Mapping[str, object] = {"type": "function", "function": {"name": "plain"}}
    assert_type(await ask("你好"), int)
    assert_type(
        plain_runs.run_with_tools("a", "t", tools=[get_weather, plain, described]), RunResult
    )
    assert_type(await runs.run_with_tools("a", "t", tools=[get_weather, ask]), RunResult)
    assert_type(plain_runs.wait("t", "r", deadline=5), RunResult)
    assert_type(await runs.wait("t", "r", first_delay=0.1), RunResult)
    assert_type(await client.text(await runs.wait("t", "r")), str)
    with plain_runs.stream_run_with_tools("a", "t", tools=[plain], max_rounds=3) as stream:
        assert_type(stream, ToolRunStream)
        for event in stream:
            seen(event)
    async with runs.stream_run_with_tools("a", "t", tools=[ask]) as awaited:
        assert_type(awaited, AsyncToolRunStream)
        assert_type(await awaited.final_text(), str)

    plain_runs.run_with_tools("a", tools=[3])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    plain_runs.run_with_tools("a", continuation="both")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    plain_runs.wait("t", "r", 5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


class Printer(AssistantEventHandler):
    def messages(self, messages_event: StreamRunMessage) -> None:
        assert_type(self.stream_run_context.current_run_id, str | None)
        assert_type(self.stream_run_context.current_tool_calls, list[ToolCall] | None)

    def unknown(self, event: StreamRunStatus | UnknownEvent) -> None: ...

    def reconciled(self, run: RunResult) -> None: ...

    def run_begin(self, status_event: StreamRunMessage) -> None: ...  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]


class AsyncPrinter(AsyncAssistantEventHandler):
    def messages(self, messages_event: StreamRunMessage) -> None: ...

    async def tool_calls(self, status_event: StreamRunStatus) -> None: ...


async def handlers_are_called(client: AsyncAppBuilder, other: AppBuilder) -> None:
    with other.threads.runs.stream_run_with_handler("a", "t", event_handler=Printer()) as handler:
        handler.until_done()
        for event in handler:
            seen(event)
    runs = client.threads.runs
    async with runs.stream_run_with_handler("a", "t", event_handler=AsyncPrinter()) as awaited:
        await awaited.until_done()
    await runs.stream_run_with_handler("a", "t").until_done()

    runs.stream_run_with_handler("a", event_handler=Printer())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def clients_have_options(http: httpx.Client, other: httpx.AsyncClient) -> None:
    AppBuilder("k", "gw", timeout=5, retry=RetryPolicy(attempts=1), http_client=http)
    AsyncAppBuilder("k", timeout=httpx.Timeout(5, read=None), http_client=other)
    assert_type(AppBuilder().with_options(timeout=None), AppBuilder)
    assert_type(AsyncAppBuilder().with_options(retry=RetryPolicy()), AsyncAppBuilder)
    AppBuilder().with_options(token="k", gateway_url="gw", http_client=http)
    AsyncAppBuilder().with_options(set_default_headers={}, set_extra_body={}, http_client=other)

    AppBuilder(http_client=other)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AppBuilder(timeout="5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AppBuilder("k", "gw", 5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def attributes_of_errors(client: AppBuilder) -> None:
    try:
        client.threads.create()
    except appbuilder.NotFoundError as error:
        assert_type(error.param, str | None)
    except ApiStatusError as error:
        assert_type(error.status_code, int)
        assert_type(error.retry_after, float | None)
    except StreamInterruptedError as error:
        assert_type(error.snapshot, RunSnapshot)
        assert_type(error.run_id, str | None)
    except ToolLoopError as error:
        assert_type(error.run, RunResult | None)


def the_module_object_is_a_client() -> None:
    assert_type(appbuilder.assistant.threads.runs.query("t", "r"), RunResult)
    assert_type(appbuilder.assistant.assistants.create("a"), Assistant)
    message = appbuilder.assistant.thread_type.AssistantMessage(content="hello")
    assert_type(appbuilder.assistant.threads.create([message]), Thread)
    thread = appbuilder.assistant.type.AssistantThread(messages=[message])
    parameters = appbuilder.assistant.public_type.AssistantModelParameters()
    appbuilder.assistant.threads.runs.run("a", thread=thread, model_parameters=parameters)
    result: appbuilder.assistant.type.AssistantFilesContentResponse
    result = appbuilder.assistant.assistants.files.content("f")
    print(result.content_type)
    appbuilder.assistant.runs  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018
