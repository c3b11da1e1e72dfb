"""The thread's history, what a run adds to it, and what a run refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mock.wire import WEATHER, Api, final_text

SAY = {"messages": [{"role": "user", "content": "第二句"}]}


def answer(text: str) -> str:
    return f'你说:「{text}」 You said: "{text}"'


def test_a_run_answers_the_last_message(api: Api) -> None:
    """Of several, the newest is quoted."""
    assert final_text(api.run(thread_id=api.thread("第一句", "第二句"))) == answer("第二句")


def test_a_run_appends_its_own_message(api: Api) -> None:
    """With a thread and a message, the message goes behind the history."""
    run = api.run(thread_id=api.thread("第一句"), thread=SAY)

    assert final_text(run) == answer("第二句")


@pytest.mark.parametrize("thread_id", [{}, {"thread_id": None}, {"thread_id": ""}])
def test_a_run_makes_a_thread(api: Api, thread_id: dict[str, Any]) -> None:
    """Without a thread id a new thread is made, that can be used again."""
    run = api.run(**thread_id, thread=SAY)
    again = api.run(thread_id=run["thread_id"], thread=SAY)

    assert run["thread_id"].startswith("thread_")
    assert again["thread_id"] == run["thread_id"]


def test_the_answer_ends_the_history(api: Api) -> None:
    """After a run the thread ends in the answer, so that another run needs another message."""
    assistant, thread_id = api.assistant(), api.thread("你好")
    api.run(assistant_id=assistant, thread_id=thread_id)
    error = api.error("threads/runs", 400, assistant_id=assistant, thread_id=thread_id)
    api.ok("threads/messages", thread_id=thread_id, role="user", content="再来")

    assert error["param"] == "thread.messages"
    assert "role assistant" in error["message"]
    assert final_text(api.run(assistant_id=assistant, thread_id=thread_id)) == answer("再来")


@pytest.mark.parametrize(
    "body",
    [
        {"thread": {"messages": []}},
        {"thread": {}},
        {"thread_id": "", "thread": {"messages": None}},
        {},
        {"thread_id": None, "thread": None},
        {"thread_id": ""},
        {"thread": {"messages": SAY["messages"] * 2}},
        {"thread": {"messages": [{"role": "assistant", "content": "我"}]}},
    ],
)
def test_a_run_needs_something_to_answer(api: Api, body: dict[str, Any]) -> None:
    """Nothing, an empty thread, two messages, or an assistant's message are refused with 400."""
    error = api.error("threads/runs", 400, assistant_id=api.assistant(), **body)

    assert error["type"] == "invalid_request_error"


def test_a_run_takes_messages_of_users_only(api: Api) -> None:
    """The error points at the role, also behind a history that ends in a user's message."""
    thread = {"messages": [{"role": "assistant", "content": "我"}]}
    body = {"assistant_id": api.assistant(), "thread_id": api.thread("你好"), "thread": thread}
    error = api.error("threads/runs", 400, **body)

    assert error["param"] == "thread.messages[0].role"


def test_a_refused_run_leaves_nothing_behind(api: Api) -> None:
    """Neither the message nor a run is kept."""
    thread_id, assistant = api.thread("一"), api.assistant()
    wrong = {"messages": [{"role": "assistant", "content": "我"}]}
    api.error("threads/runs", 400, assistant_id=assistant, thread_id=thread_id, thread=wrong)
    api.error("threads/runs", 404, assistant_id="asst_0", thread_id=thread_id, thread=SAY)

    assert api.ok("threads/runs/list", thread_id=thread_id)["data"] == []
    assert final_text(api.run(assistant_id=assistant, thread_id=thread_id)) == answer("一")


def test_settings_of_a_run_win_over_the_assistant(api: Api) -> None:
    """Instructions and tools; empty ones count as left out."""
    assistant = api.assistant(instructions="助手的", tools=[WEATHER])
    run = api.run(assistant_id=assistant)
    other = {**WEATHER, "function": {"name": "other"}}
    overridden = api.run(assistant_id=assistant, instructions="本次的", tools=[other])
    empty = api.run(assistant_id=assistant, instructions="", tools=[])

    def called(result: dict[str, Any]) -> Any:
        return result["required_action"]["submit_tool_outputs"]["tool_calls"][0]["function"]["name"]

    assert [called(run), called(overridden), called(empty)] == [
        "get_weather",
        "other",
        "get_weather",
    ]
    seen = api.ok("threads/runs/query", thread_id=overridden["thread_id"], run_id=overridden["id"])
    assert (seen["instructions"], seen["tools"]) == ("本次的", [other])


UNKNOWN = "0" * 32


@pytest.mark.parametrize(
    ("path", "wrong", "code"),
    [
        ("threads/messages", "thread_id", "thread_not_found"),
        ("threads/runs", "assistant_id", "assistant_not_found"),
        ("threads/runs", "thread_id", "thread_not_found"),
        ("threads/runs/list", "thread_id", "thread_not_found"),
        ("threads/runs/list", "after", "run_not_found"),
        ("threads/runs/list", "before", "run_not_found"),
        ("threads/runs/query", "thread_id", "thread_not_found"),
        ("threads/runs/query", "run_id", "run_not_found"),
        ("threads/runs/cancel", "run_id", "run_not_found"),
        ("threads/runs/submit_tool_outputs", "run_id", "run_not_found"),
        ("threads/runs/steps/list", "run_id", "run_not_found"),
        ("threads/runs/steps/list", "after", "step_not_found"),
        ("threads/runs/steps/query", "run_id", "run_not_found"),
        ("threads/runs/steps/query", "step_id", "step_not_found"),
    ],
)
def test_an_unknown_id(api: Api, path: str, wrong: str, code: str) -> None:
    """404, a code for the kind of thing, and a message that names the id."""
    run = api.run()
    body = {
        "assistant_id": run["assistant_id"],
        "thread_id": run["thread_id"],
        "run_id": run["id"],
        "step_id": "step-1",
        "role": "user",
        "content": "你好",
        "tool_outputs": [{"tool_call_id": "call-1", "output": ""}],
        wrong: UNKNOWN,
    }
    error = api.error(path, 404, **body)

    assert (error["code"], error["param"]) == (code, wrong)
    assert UNKNOWN in error["message"]


def test_a_run_belongs_to_its_thread(api: Api) -> None:
    """Another thread's run is not found."""
    run, other = api.run(), api.thread()
    error = api.error("threads/runs/query", 404, thread_id=other, run_id=run["id"])

    assert error["code"] == "run_not_found"
