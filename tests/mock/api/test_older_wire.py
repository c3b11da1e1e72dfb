"""`wire="2024-06"`: answers as the public notebook printed them in June 2024."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import appbuilder_mock
import jsonschema_rs
import pytest
import yaml
from appbuilder_mock.contract import the_contract

from tests.mock.process import refused, serving
from tests.mock.wire import WEATHER, Api

SPEC = yaml.safe_load(the_contract().text)


def conforms(name: str, value: Any) -> bool:
    """To a schema of openapi.yaml, which allows both forms."""
    schema = {"components": SPEC["components"], "$ref": f"#/components/schemas/{name}"}
    return bool(jsonschema_rs.validator_for(schema, offline=True).is_valid(value))


@pytest.fixture(scope="module")
def older() -> Iterator[Api]:
    with (
        appbuilder_mock.running(wire="2024-06") as server,
        Api(server.url, server.token) as api,
    ):
        yield api


def where(run: dict[str, Any]) -> dict[str, str]:
    return {"thread_id": run["thread_id"], "run_id": run["id"]}


def test_the_answer_is_one_object(older: Api) -> None:
    """In a run's result; its annotations are null."""
    run = older.run(assistant_id=older.assistant(instructions="每句话回复前都加上我是秦始皇"))
    content = run["final_answer"]["message"]["content"]

    assert content == {
        "type": "text",
        "text": {
            "value": '每句话回复前都加上我是秦始皇\n你说:「你好」 You said: "你好"',
            "annotations": None,
        },
    }
    assert run["last_error"] is None
    assert "model" not in run
    assert conforms("RunResult", run)


def test_a_run_that_continues(older: Api) -> None:
    """Both ways on answer in this form."""
    one, call = older.waiting_run()
    two, other = older.waiting_run()
    outputs = [{"tool_call_id": call, "output": "晴"}]
    submitted = older.ok("threads/runs/submit_tool_outputs", **one, tool_outputs=outputs)
    output = {"tool_call_id": other, "output": "雨", "run_id": two["run_id"]}
    resumed = older.run(thread_id=two["thread_id"], tool_output=output)

    for run in (submitted, resumed):
        assert run["final_answer"]["message"]["content"]["text"]["annotations"] is None
        assert conforms("RunResult", run)


def test_tools_of_a_run(older: Api) -> None:
    """Null where it is listed, an empty list where it is queried."""
    run = older.run()
    [listed] = older.ok("threads/runs/list", thread_id=run["thread_id"])["data"]
    queried = older.ok("threads/runs/query", **where(run))
    waiting, _ = older.waiting_run()

    assert (listed["tools"], queried["tools"]) == (None, [])
    assert {**listed, "tools": []} == queried
    assert (queried["file_ids"], queried["final_answer"]) == (None, None)
    assert older.ok("threads/runs/query", **waiting)["tools"] == [WEATHER]


def test_a_step(older: Api) -> None:
    """No type, no detail, the empty string for no error."""
    run = older.run()
    [step] = older.ok("threads/runs/steps/list", **where(run))["data"]
    queried = older.ok("threads/runs/steps/query", **where(run), step_id="step-1")

    assert (step["last_error"], step["type"], step["step_datail"]) == ("", None, None)
    assert step["assistant_id"] == run["assistant_id"]
    assert queried == {**step, "assistant_id": None}
    assert conforms("RunStep", step)


def test_a_run_that_failed() -> None:
    """It has its error, and no answer, as in the current form."""

    def plan(_: object) -> Any:
        raise RuntimeError("坏了")

    with (
        appbuilder_mock.running(wire="2024-06", plan=plan) as server,
        Api(server.url, server.token) as api,
    ):
        run = api.run()

    assert run["last_error"]["type"] == "server_error"
    assert run["final_answer"] is None


def test_messages(older: Api) -> None:
    """Their content stays a list; its annotations are null."""
    thread_id = older.thread("你好")
    content = [{"type": "text", "text": {"value": "你好", "annotations": None}}]
    [listed] = older.ok("threads/messages/list", thread_id=thread_id)["data"]
    one = {"thread_id": thread_id, "message_id": listed["id"]}
    body = {"thread_id": thread_id, "role": "user", "content": "你好"}

    assert listed["content"] == content
    assert older.ok("threads/messages/query", **one)["content"] == content
    assert older.ok("threads/messages/update", **one)["content"] == content
    assert older.ok("threads/messages", **body)["content"] == content


def test_a_stream(older: Api) -> None:
    """The runs and steps in its events are in this form, and all else is as it was."""
    received = older.streamed()
    steps = [
        event.data["details"]["run_step_object"]
        for event in received
        if event.kind in ("tool_step_begin", "tool_step_end")
    ]

    assert [(step["last_error"], step["type"]) for step in steps] == [("", None)] * 2
    assert [event.data["send_id"] for event in received] == list(range(1, len(received) + 1))
    pieces = [event for event in received if event.name == "message"]
    assert "annotations" not in pieces[0].data["content"][0]["text"]
    for event in received:
        name = "StreamRunMessage" if event.name == "message" else "StreamRunStatus"
        assert conforms(name, event.data)


def test_stored_metadata_is_not_converted(older: Api) -> None:
    """Metadata that looks like an answer is not turned into another form."""
    metadata = {"object": "thread.run.step", "last_error": "无"}
    assistant = older.ok("assistants", name="a", metadata=metadata)
    thread_id = older.thread()

    assert assistant["metadata"] == metadata
    assert older.ok("threads/update", thread_id=thread_id, metadata=metadata)["metadata"] == (
        metadata
    )


def test_the_option() -> None:
    """On the command line, and no other form."""
    with serving("--wire", "2024-06") as server, server.api() as api:
        assert isinstance(api.run()["final_answer"]["message"]["content"], dict)
    status, _, err = refused("--wire", "2023")

    assert status == 2
    assert "2024-06" in err
