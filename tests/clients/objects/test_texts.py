"""`client.text`: the text of a run wherever it comes from, of a message, and of an event."""

from __future__ import annotations

import json
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import NoTextError, NotFoundError, final_text, tool
from appbuilder_assistants.types import RunResult, StreamRunMessage
from appbuilder_mock.scenarios import Reply, Rule, ToolCall

from tests.clients.bodies import (
    BEGIN,
    EMPTY_LIST,
    END,
    RUN,
    BrokenStream,
    framed,
    piece,
    run_as,
    status,
    stored,
    stream_of,
    text_part,
)
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import Exchange, answer
from tests.clients.test_against_the_mock import asked

ECHO = '你说:「你好」 You said: "你好"'
LOOKUP = {"name": "lookup", "description": "查", "parameters": {"type": "object"}}
COMPLETED = RunResult.from_dict({**RUN, "final_answer": None})


def test_everything_that_has_a_text(client: Any) -> None:
    """One call reads the text of whatever the client gives."""
    assistant = client.assistants.create("秦始皇", instructions="我是秦始皇")
    run = client.threads.runs.run(assistant.id, thread=asked("你好"))
    runs, ids = client.threads.runs, {"thread_id": run.thread_id, "run_id": run.id}
    text = f"我是秦始皇\n{ECHO}"

    assert client.text(run) == final_text(run) == text
    assert client.text(runs.query(**ids)) == text
    assert client.text(runs.wait(**ids)) == text
    assert [client.text(one) for one in runs.list(run.thread_id).data] == [text]
    messages = client.threads.messages.list(run.thread_id).data
    assert [client.text(message) for message in messages] == [text, "你好"]


def test_the_pieces_of_a_stream(client: Any) -> None:
    """Joined, the texts of the message events are the answer; so it is of the run at the end."""
    assistant = client.assistants.create("echo")
    stream = client.threads.runs.stream_run(assistant.id, thread=asked("你好"))

    pieces = [client.text(event) for event in stream if isinstance(event, StreamRunMessage)]

    assert "".join(pieces) == ECHO
    assert client.text(stream.final_run()) == ECHO
    assert stream.final_text() == ECHO


def test_a_run_behind_many_others(client: Any) -> None:
    """Its message is found though it is not on the first page of the thread."""
    assistant = client.assistants.create("echo")
    first = client.threads.runs.run(assistant.id, thread=asked("第一句"))
    for number in range(25):
        client.threads.messages.create(first.thread_id, f"第 {number} 句")
    last = client.threads.runs.run(assistant.id, thread_id=first.thread_id)

    for run in (first, last):
        again = client.threads.runs.query(run.thread_id, run.id)
        assert again.final_answer is None
        assert client.text(again) == final_text(run)


def test_a_closed_stream(harness: ClientHarness, server: appbuilder_mock.Running) -> None:
    """Its run continues: the error says so and names what to wait with; then there is the text."""
    server.script(Rule(tool_rounds=[[ToolCall("lookup", {})]], reply=Reply("查到了")))
    client = harness.client(server.token, server.url)
    assistant = client.assistants.create(
        "a",
        tools=[
            {
                "type": "function",
                "function": {
                    "name": "lookup",
                    "description": "查",
                    "parameters": {"type": "object"},
                },
            }
        ],
    )
    with client.threads.runs.stream_run(assistant.id, thread=asked("你好")) as stream:
        while not stream.snapshot.tool_calls:
            next(stream)
    ids = {"thread_id": stream.snapshot.thread_id, "run_id": stream.snapshot.run_id}

    with pytest.raises(NoTextError, match=r"requires_action.*submit_tool_outputs"):
        stream.final_text()
    outputs = [{"tool_call_id": stream.snapshot.tool_calls[0].id, "output": "有"}]
    client.threads.runs.submit_tool_outputs(tool_outputs=outputs, **ids)

    assert client.text(client.threads.runs.wait(**ids)) == "查到了"
    assert stream.final_text() == "查到了"


def test_run_with_tools_on_a_service_that_answers_early(
    harness: ClientHarness, serve: Serve
) -> None:
    """The run that ends it was looked up, without its answer."""

    def script(exchange: Exchange) -> None:
        early = answer({**RUN, "object": "run.result", "status": "queued"})
        others = {
            "/v2/threads/runs/query": run_as("completed"),
            "/v2/threads/messages/list": stored(m="晴"),
        }
        exchange.send(others.get(exchange.path, early))

    @tool
    def weather(city: str) -> str:
        """天气

        Args:
            city: 城市
        """
        return "晴"

    client = harness.client("k", serve(script).url)
    run = client.threads.runs.run_with_tools("a", thread=asked("天气?"), tools=[weather])

    assert run.final_answer is None
    assert client.text(run) == "晴"


def test_the_message_that_the_run_names(harness: ClientHarness, serve: Serve) -> None:
    """Only the message is looked up; the thread is not read."""
    message = {"id": "m2", "object": "thread.message", "role": "assistant", "created_at": 1}
    content = [text_part("我是"), text_part("秦始皇")]
    named = answer({**message, "thread_id": "t", "run_id": "run_1", "content": content})
    server = serve(BrokenStream(b"", b"", b"", named))
    run = RunResult.from_dict({**RUN, "final_answer": {"message": {"message_id": "m2"}}})

    assert harness.client("k", server.url).text(run) == "我是秦始皇"
    assert [exchange.json for exchange in server.exchanges] == [
        {"thread_id": "t", "message_id": "m2"}
    ]


def test_several_messages_of_one_run(harness: ClientHarness, serve: Serve) -> None:
    """The last of them is the answer, as it is in a stream of the run."""
    body = BEGIN + piece(2, "我来查", "m1") + piece(3, "晴", "m2") + END
    messages = stored(m1="我来查", m2="晴")
    client = harness.client("k", serve(BrokenStream(framed(body)["length"], b"", messages)).url)

    assert stream_of(client).final_text() == "晴"
    assert client.text(COMPLETED) == "晴"


@pytest.mark.parametrize("messages", [answer(EMPTY_LIST), None], ids=["empty", "of others"])
def test_a_completed_run_without_an_answer(
    harness: ClientHarness, serve: Serve, messages: bytes | None
) -> None:
    """It is nowhere: that is an error and not an empty text. A user's message is no answer."""
    if messages is None:
        others = json.loads(stored(m="别的").partition(b"\r\n\r\n")[2])
        others["data"][0]["run_id"] = "run_other"
        others["data"][1]["run_id"] = RUN["id"]
        messages = answer(others)
    body = framed(BEGIN + END)["length"]
    client = harness.client("k", serve(BrokenStream(body, run_as("completed"), messages)).url)

    missing = "run_1 is completed without an answer.*no message of thread t is of this run"
    with pytest.raises(NoTextError, match=missing):
        client.text(COMPLETED)
    with pytest.raises(NoTextError, match=missing):
        stream_of(client).final_text()


def test_a_stream_without_its_text(harness: ClientHarness, serve: Serve) -> None:
    """A stream that ended well without a message has its run's text looked up."""
    body = framed(BEGIN + END)["length"]
    client = harness.client("k", serve(BrokenStream(body, b"", stored(m="查到了"))).url)

    assert stream_of(client).final_text() == "查到了"


def test_a_run_that_did_not_complete(harness: ClientHarness, serve: Serve) -> None:
    """Nothing is looked up: the status says that there is nothing to be found."""
    server = serve(BrokenStream(b"", b""))
    client = harness.client("k", server.url)
    failed = {**RUN, "status": "failed", "last_error": {"type": "限流", "message": "忙"}}

    with pytest.raises(NoTextError, match=r"has no answer: it failed \(限流: 忙\)"):
        client.text(RunResult.from_dict(failed))
    with pytest.raises(NoTextError, match=r"not ended \(status queued\).*runs\.wait"):
        client.text(RunResult.from_dict({**RUN, "status": "queued"}))
    assert server.exchanges == []


def test_a_failed_stream(harness: ClientHarness, serve: Serve) -> None:
    """Its partial text is in `messages`, and is not taken for an answer."""
    run = {**RUN, "status": "failed", "last_error": {"type": "", "message": "模型超时"}}
    end = status(4, "run_end", "failed", run_object=run)
    body = framed(BEGIN + piece(2, "我是") + end)["length"]
    stream = stream_of(harness.client("k", serve(lambda exchange: exchange.send(body)).url))

    with pytest.raises(NoTextError, match=r"has no answer: it failed \(模型超时\)"):
        stream.final_text()
    assert stream.messages == {"m": "我是"}


def test_a_look_up_that_fails(client: Any) -> None:
    """Its own error is raised: the text may well be there."""
    with pytest.raises(NotFoundError):
        client.text(COMPLETED)


def test_the_wrong_object(client: Any) -> None:
    """Before anything is sent."""
    with pytest.raises(TypeError, match=r"expected a run .*got NoneType"):
        client.text(None)
    with pytest.raises(TypeError, match=r"a stream has final_text\(\)"):
        client.text(client.threads.runs.stream_run("a", "t"))
