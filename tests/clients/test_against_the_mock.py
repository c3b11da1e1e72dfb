"""Every operation, as a user calls it, against the mock server."""

from __future__ import annotations

from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import (
    AuthenticationError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    final_text,
)
from appbuilder_assistants.types import (
    AssistantFunction,
    AssistantMessage,
    AssistantThread,
    AssistantThreadDict,
    AssistantTool,
    ToolOutput,
)

from tests.clients.client_harness import ClientHarness

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "天气",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}


def asked(text: str) -> AssistantThreadDict:
    return {"messages": [{"role": "user", "content": text}]}


def test_the_walk(client: Any) -> None:
    """Create an assistant, a thread and a message; run; look everything up again."""
    assistant = client.assistants.create(
        "秦始皇", "test", instructions="我是秦始皇", metadata={"a": "b"}
    )
    thread = client.threads.create()
    message = client.threads.messages.create(thread.id, "你好")
    run = client.threads.runs.run(assistant.id, thread.id)

    assert assistant.object == "assistant"
    assert message.content[0].text.value == "你好"
    assert run.object == "run.result"
    assert final_text(run) == '我是秦始皇\n你说:「你好」 You said: "你好"'

    page = client.threads.runs.list(thread.id, limit=5)
    again = client.threads.runs.query(thread.id, run.id)
    steps = client.threads.runs.steps.list(thread.id, run.id)
    step = client.threads.runs.steps.query(thread.id, run.id, steps.data[-1].id)

    assert [r.id for r in page.data] == [run.id]
    assert again.status == "completed"
    assert again.instructions == "我是秦始皇"
    assert client.text(again) == final_text(run)
    assert step.run_id == run.id


def test_paging(client: Any) -> None:
    """`limit`, `order`, `after` and `before` reach the server in their positions."""
    assistant = client.assistants.create("a")
    thread = client.threads.create([AssistantMessage("你好", "user")])
    ids = [client.threads.runs.run(assistant.id, thread.id, asked("再")).id for _ in range(3)]
    runs = client.threads.runs

    assert [r.id for r in runs.list(thread.id).data] == ids[::-1]
    assert [r.id for r in runs.list(thread.id, 2, "asc").data] == ids[:2]
    assert [r.id for r in runs.list(thread.id, None, "asc", ids[0]).data] == ids[1:]
    assert [r.id for r in runs.list(thread.id, None, "asc", None, ids[2]).data] == ids[:2]
    assert runs.list(thread.id, 1).has_more


def test_a_stream(client: Any) -> None:
    """The events come in the recorded order, numbered, and add up to the answer."""
    assistant = client.assistants.create("a", instructions="每句话")

    with client.threads.runs.stream_run(assistant.id, thread=asked("你好")) as stream:
        events = list(stream)

    kinds = [getattr(e, "event_type", "message") for e in events]
    assert kinds[:3] == ["run_begin", "tool_step_begin", "message_creation"]
    assert kinds[-2:] == ["tool_step_end", "run_end"]
    assert [e.send_id for e in events] == list(range(1, len(events) + 1))
    assert list(stream.snapshot.messages.values()) == ['每句话\n你说:「你好」 You said: "你好"']
    assert stream.snapshot.run.status == "completed"
    again = client.threads.runs.query(stream.snapshot.thread_id, stream.snapshot.run_id)
    assert again.status == "completed"


@pytest.mark.parametrize("plain", [True, False], ids=["dicts", "types"])
def test_a_function_call_by_tool_output(client: Any, plain: bool) -> None:
    """A blocking run stops for the tool and is continued by a second call."""
    function = AssistantFunction("get_weather", "天气", WEATHER["function"]["parameters"])  # type: ignore[index]
    tool = WEATHER if plain else AssistantTool("function", function)
    thread = asked("北京?") if plain else AssistantThread([AssistantMessage("北京?", "user")])
    assistant = client.assistants.create("a", tools=[tool])

    run = client.threads.runs.run(assistant.id, None, thread)
    (call,) = run.required_action.submit_tool_outputs.tool_calls
    output = {"tool_call_id": call.id, "output": "晴", "run_id": run.id}
    if not plain:
        output = ToolOutput(call.id, "晴", run.id)  # type: ignore[assignment]
    done = client.threads.runs.run(assistant.id, run.thread_id, tool_output=output)

    assert run.status == "requires_action"
    assert call.function.name == "get_weather"
    assert done.id == run.id
    assert "工具 get_weather 的结果 Tool result: 晴" in final_text(done)


def test_a_function_call_in_a_stream(client: Any) -> None:
    """The stream waits while the outputs go by another connection, and then continues."""
    assistant = client.assistants.create("a", tools=(WEATHER,))
    submitted = []

    for event in (stream := client.threads.runs.stream_run(assistant.id, thread=asked("北京?"))):
        if getattr(event, "event_type", "") == "tool_calls":
            (call,) = stream.snapshot.tool_calls
            output = {"tool_call_id": call.id, "output": "晴,25 度"}
            run_id, thread_id = stream.snapshot.run_id, stream.snapshot.thread_id
            submitted.append(
                client.threads.runs.submit_tool_outputs(run_id, thread_id, [output]).id
            )

    assert submitted == [stream.snapshot.run_id]
    assert stream.snapshot.tool_calls == []
    assert "晴,25 度" in next(iter(stream.snapshot.messages.values()))


def test_cancel_in_a_stream(client: Any) -> None:
    """A run that is cancelled while its stream waits ends the stream as cancelled."""
    assistant = client.assistants.create("a", tools=[WEATHER])
    kinds = []

    with client.threads.runs.stream_run(assistant.id, thread=asked("北京?")) as stream:
        for event in stream:
            kinds.append(getattr(event, "event_type", "message"))
            if kinds[-1] == "tool_calls":
                client.threads.runs.cancel(stream.snapshot.run_id, stream.snapshot.thread_id)

    assert kinds[-2:] == ["run_cancelling", "run_end"]
    assert stream.snapshot.status == "cancelled"


@pytest.mark.sends_invalid_requests("a name with a space, no outputs: the service is to refuse")
def test_errors(client: Any) -> None:
    """The service's refusals are raised by kind, with what it said and the request's id."""
    thread = client.threads.create()
    assistant = client.assistants.create("a")

    with pytest.raises(NotFoundError) as missing:
        client.threads.runs.query(thread.id, "run_没有")
    with pytest.raises(BadRequestError) as wrong:
        client.assistants.create("空 格")
    with pytest.raises(BadRequestError):
        client.threads.runs.submit_tool_outputs("r", thread.id, [])
    with pytest.raises(BadRequestError):
        client.threads.runs.run(assistant.id, thread.id)
    run = client.threads.runs.run(assistant.id, thread.id, asked("你好"))
    with pytest.raises(ConflictError):
        client.threads.runs.cancel(run.id, thread.id, True)

    assert missing.value.code == "run_not_found"
    assert missing.value.param == "run_id"
    assert missing.value.request_id
    assert wrong.value.param == "name"


def test_a_wrong_token(harness: ClientHarness, mock: appbuilder_mock.Running) -> None:
    """A 401 names the variable to set."""
    with pytest.raises(AuthenticationError, match="APPBUILDER_TOKEN"):
        harness.client("wrong", mock.url).threads.create()


def test_a_stream_that_is_refused(client: Any) -> None:
    """A stream for an assistant that is not there raises when it is opened, not before."""
    stream = client.threads.runs.stream_run("asst_没有", thread=asked("你好"))

    with pytest.raises(NotFoundError), stream:
        pass


def test_errors_under_200(harness: ClientHarness) -> None:
    """The same refusals in the other form the service has."""
    with appbuilder_mock.running(error_form="body") as mock:
        client = harness.client(mock.token, mock.url)
        with pytest.raises(NotFoundError) as missing:
            client.threads.runs.query("thread_没有", "run_没有")
        with pytest.raises(NotFoundError) as streamed:
            list(client.threads.runs.stream_run("asst_没有", thread=asked("你好")))

    assert missing.value.status_code == streamed.value.status_code == 200
