"""Every object as the real service was seen to write it."""

from __future__ import annotations

import re

import appbuilder_mock

from tests.mock.wire import Api, final_text

HEX = "[0-9a-f]{32}"
TIMES = {"created_at", "started_at", "expired_at", "cancelled_at", "failed_at", "completed_at"}
ECHOED = {"model", "instructions", "thought_instructions", "chat_instructions", "tools", "file_ids"}


def test_an_assistant(api: Api) -> None:
    """It reads back what was given, without its model, and what was left out as empty."""
    given = {
        "name": "test_助手-1",
        "description": "说明",
        "instructions": "每句话回复前都加上我是秦始皇",
        "metadata": {"键": "值"},
    }
    assistant = api.ok("assistants", model="any-model", **given)

    assert re.fullmatch(f"asst_{HEX}", assistant["id"])
    assert assistant["object"] == "assistant"
    assert {name: assistant[name] for name in given} == given
    assert "model" not in assistant
    assert assistant["tools"] == assistant["file_ids"] == []
    assert assistant["thought_instructions"] == assistant["chat_instructions"] == ""
    assert assistant["response_format"] == "text"


def test_a_thread_and_a_message(api: Api) -> None:
    """A thread knows its metadata, a message its text as a list of parts."""
    thread = api.ok("threads")
    message = api.ok(
        "threads/messages",
        thread_id=thread["id"],
        role="user",
        content="你好🌏",
        file_ids=["file-1"],
    )

    assert re.fullmatch(f"thread_{HEX}", thread["id"])
    assert (thread["object"], thread["metadata"]) == ("thread", {})
    assert re.fullmatch(f"msg_{HEX}", message["id"])
    assert message["content"] == [{"type": "text", "text": {"value": "你好🌏", "annotations": []}}]
    assert message["object"] == "thread.message"
    assert message["role"] == "user"
    assert message["thread_id"] == thread["id"]
    assert (message["assistant_id"], message["run_id"]) == ("", "")
    assert message["file_ids"] == ["file-1"]


def test_the_raw_result_of_a_run(api: Api) -> None:
    """It leaves out what is echoed elsewhere, and carries the final answer."""
    run = api.run(assistant_id=api.assistant(instructions="简短"))

    assert run["object"] == "run.result"
    assert not ECHOED & set(run)
    assert set(run) >= TIMES
    assert run["status"] == "completed"
    assert run["required_action"] is None
    assert run["last_error"] is None
    assert run["final_answer"]["type"] == "message"
    assert re.fullmatch(f"chatmsg_{HEX}", run["final_answer"]["message"]["message_id"])
    assert final_text(run) == '简短\n你说:「你好」 You said: "你好"'
    assert 0 < run["created_at"] <= run["started_at"] <= run["completed_at"]
    assert run["expired_at"] == run["cancelled_at"] == run["failed_at"] == 0
    assert run["log_id"]


def test_a_run_that_is_queried_or_listed(api: Api) -> None:
    """`thread.run`: what is echoed is there, the final answer and the start are not."""
    assistant = api.assistant(instructions="简短", model="ERNIE-X")
    run = api.run(assistant_id=assistant)
    queried = api.ok("threads/runs/query", thread_id=run["thread_id"], run_id=run["id"])
    listed = api.ok("threads/runs/list", thread_id=run["thread_id"])

    assert queried["object"] == "thread.run"
    assert queried["final_answer"] is None
    assert queried["started_at"] == 0
    assert queried["completed_at"] == run["completed_at"]
    assert (queried["model"], queried["instructions"]) == ("ERNIE-X", "简短")
    assert queried["tools"] is None
    assert queried["file_ids"] is None
    assert listed["data"] == [queried]
    assert listed["first_id"] == listed["last_id"] == run["id"]
    assert listed["has_more"] is False


def test_the_run_of_an_assistant_without_a_model(api: Api) -> None:
    """A default model's name is echoed; one in the run's request wins over the assistant's."""
    thread_id = api.thread("你好")
    api.run(thread_id=thread_id)
    one = {"thread": {"messages": [{"role": "user", "content": "再"}]}, "thread_id": thread_id}
    api.run(assistant_id=api.assistant(model="a"), **one)
    api.run(assistant_id=api.assistant(model="a"), model="b", **one)
    listed = api.ok("threads/runs/list", thread_id=thread_id)["data"]

    assert [run["model"] for run in listed] == ["b", "a", "DeepSeek-V3.1"]


def test_a_step(api: Api) -> None:
    """List and query differ in `assistant_id`."""
    run = api.run()
    where = {"thread_id": run["thread_id"], "run_id": run["id"]}
    [step] = api.ok("threads/runs/steps/list", **where)["data"]
    queried = api.ok("threads/runs/steps/query", **where, step_id="step-1")

    assert step["id"] == "step-1"
    assert step["object"] == "thread.run.step"
    assert step["assistant_id"] == run["assistant_id"]
    assert step["status"] == "completed"
    assert step["last_error"] is None
    assert step["type"] == "message_creation"
    assert step["step_datail"] == {
        "type": "message_creation",
        "message_creation": {"message_id": run["final_answer"]["message"]["message_id"]},
        "action_info": None,
        "tool_calls": None,
        "tool_info": None,
    }
    assert set(step) >= TIMES
    assert queried == {**step, "assistant_id": None}


def test_a_seed_makes_the_same_ids_again() -> None:
    """The same calls get the same ids, and other calls others."""

    def ids(seed: str | None) -> list[str]:
        with appbuilder_mock.running(seed=seed) as server, Api(server.url, server.token) as api:
            run = api.run()
            return [run["assistant_id"], run["thread_id"], run["id"]]

    first, again, other, none = ids("一"), ids("一"), ids("二"), ids(None)

    assert first == again
    assert len({*first, *other, *none}) == 9
