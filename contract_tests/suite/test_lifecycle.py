"""The whole life of a run, step by step."""

from __future__ import annotations

import time
from typing import Any

import pytest

from contract_tests.client.client import Caller
from contract_tests.spec.readings import observed
from contract_tests.spec.samples import WEATHER, answer_text, comparable, only, only_call, text_of

QUESTION = "北京天气如何？"


@pytest.fixture
def assistant_id(caller: Caller) -> str:
    """An assistant without tools."""
    body = {"name": "天气助手", "instructions": "每句话回复前都加上我是秦始皇"}
    return str(caller.call("createAssistant", body)["id"])


@pytest.fixture
def thread_id(caller: Caller) -> str:
    """A thread that ends in a question."""
    thread_id = caller.call("createThread", {})["id"]
    message = {"thread_id": thread_id, "role": "user", "content": QUESTION}
    assert caller.call("createMessage", message)["thread_id"] == thread_id
    return str(thread_id)


@pytest.fixture
def waiting(caller: Caller, assistant_id: str, thread_id: str) -> dict[str, Any]:
    """A run that waits for the output of one call."""
    body = {"assistant_id": assistant_id, "thread_id": thread_id, "tools": [WEATHER]}
    run = caller.call("createRun", body)
    assert run["status"] == "requires_action"
    ids = {"thread_id": thread_id, "run_id": run["id"]}
    assert caller.call("queryRun", ids)["required_action"] == run["required_action"]
    return run


@pytest.mark.gentle
def test_run_is_found_again(caller: Caller, assistant_id: str, thread_id: str) -> None:
    """Create, run, list, query, steps: each speaks of the same run."""
    run = caller.call("createRun", {"assistant_id": assistant_id, "thread_id": thread_id})
    ids = {"thread_id": thread_id, "run_id": run["id"]}

    assert (run["object"], run["status"]) == ("run.result", "completed")
    assert (run["assistant_id"], run["thread_id"]) == (assistant_id, thread_id)
    answer = run["final_answer"]["message"]["message_id"]
    message = caller.call("queryMessage", {"thread_id": thread_id, "message_id": answer})
    assert (message["role"], message["run_id"]) == ("assistant", run["id"])
    assert text_of(message) == answer_text(run) != ""
    listed = only(caller.call("listRuns", {"thread_id": thread_id})["data"])
    queried = caller.call("queryRun", ids)
    assert comparable(listed) == comparable(queried)
    assert (queried["id"], queried["object"]) == (run["id"], "thread.run")
    assert queried["status"] == "completed"
    steps = caller.call("listRunSteps", ids)["data"]
    assert [step["id"] for step in steps] == ["step-1"]
    step = caller.call("queryRunStep", {**ids, "step_id": "step-1"})
    assert (step["run_id"], step["status"]) == (run["id"], "completed")
    # The service was seen to tell no details, and to lose them in the query.
    detail = steps[0]["step_datail"]
    assert detail is None or detail["message_creation"] == {"message_id": answer}
    assert step["step_datail"] in (None, detail)


def test_run_has_its_own_instructions(caller: Caller, assistant_id: str, thread_id: str) -> None:
    """What a run says of itself comes instead of what the assistant says; the rest does not."""
    body = {"assistant_id": assistant_id, "thread_id": thread_id, "instructions": "只说一个字"}
    run = caller.call("createRun", {**body, "thought_instructions": "想一想"})
    queried = caller.call("queryRun", {"thread_id": thread_id, "run_id": run["id"]})
    assistant = caller.call("queryAssistant", {"assistant_id": assistant_id})

    assert (queried["instructions"], queried["thought_instructions"]) == ("只说一个字", "想一想")
    assert queried["chat_instructions"] == assistant["chat_instructions"]
    assert assistant["instructions"] == "每句话回复前都加上我是秦始皇"


def test_run_has_its_own_model(caller: Caller, thread_id: str) -> None:
    """The one it asks for, for this run alone; without one the assistant's."""
    assistant_id = caller.call("createAssistant", {"name": "助手", "model": "ERNIE-明天"})["id"]
    body = {"assistant_id": assistant_id, "thread": {"messages": [question(QUESTION)]}}
    runs = [
        caller.call("createRun", {**body, "thread_id": thread_id, "model": model})
        for model in ("ERNIE-后天", None)
    ]

    models = [
        caller.call("queryRun", {"thread_id": thread_id, "run_id": run["id"]}).get("model")
        for run in runs
    ]
    assert models == ["ERNIE-后天", "ERNIE-明天"]


def test_message_of_a_run_is_in_the_history(caller: Caller, assistant_id: str) -> None:
    """What a run brings along comes behind what was there, and before the answer."""
    body = {"assistant_id": assistant_id}
    first = caller.call("createRun", {**body, "thread": {"messages": [question("今天呢？")]}})
    where = {"thread_id": first["thread_id"]}
    caller.call("createRun", {**body, **where, "thread": {"messages": [question("明天呢？")]}})

    messages = caller.call("listMessages", {**where, "order": "asc"})["data"]
    assert [message["role"] for message in messages] == ["user", "assistant"] * 2
    assert [text_of(message) for message in messages[::2]] == ["今天呢？", "明天呢？"]


def test_output_by_a_second_run_call(caller: Caller, waiting: dict[str, Any]) -> None:
    """The same path and the same run id: the run goes on with `tool_output`."""
    call = only_call(waiting)
    time.sleep(0.02)
    run = caller.call(
        "createRun",
        {
            "assistant_id": waiting["assistant_id"],
            "thread_id": waiting["thread_id"],
            "tool_output": {"tool_call_id": call["id"], "output": "晴", "run_id": waiting["id"]},
        },
    )

    assert call["function"]["name"] == "get_weather"
    assert (run["id"], run["status"], run["required_action"]) == (waiting["id"], "completed", None)
    assert answer_text(run)
    assert run["started_at"] > waiting["started_at"], "it does not start anew"
    ids = {"thread_id": run["thread_id"], "run_id": run["id"]}
    assert caller.call("queryRun", ids)["status"] == "completed"


def test_output_by_submitting(caller: Caller, waiting: dict[str, Any]) -> None:
    """Without a stream the answer comes when the run has ended; a second time is a conflict."""
    ids = {"thread_id": waiting["thread_id"], "run_id": waiting["id"]}
    output = {"tool_call_id": only_call(waiting)["id"], "output": "晴"}
    time.sleep(0.02)
    run = caller.call("submitToolOutputs", {**ids, "tool_outputs": [output]})
    anew = run["started_at"] > waiting["started_at"]
    assert anew or run["started_at"] == waiting["started_at"]
    observed.note("started-at-after-submit", "anew" if anew else "kept")

    assert (run["id"], run["status"]) == (waiting["id"], "completed")
    steps = caller.call("listRunSteps", {**ids, "order": "asc"})["data"]
    assert [step["id"] for step in steps] == ["step-1", "step-2"]
    assert [step["status"] for step in steps] == ["completed", "completed"]
    if detail := steps[0]["step_datail"]:  # the service was seen to tell none
        call = only(detail["tool_calls"])
        assert (call["id"], call["function"]["output"]) == (output["tool_call_id"], "晴")
    caller.call("submitToolOutputs", {**ids, "tool_outputs": [output]}, status=409)


def test_cancel(caller: Caller, waiting: dict[str, Any]) -> None:
    """A cancelled run says when, may be cancelled again, and leaves its thread free."""
    ids = {"thread_id": waiting["thread_id"], "run_id": waiting["id"]}
    another = {
        "assistant_id": waiting["assistant_id"],
        "thread_id": waiting["thread_id"],
        "thread": {"messages": [{"role": "user", "content": QUESTION}]},
    }
    caller.call("createRun", another, status=409)
    run = caller.call("cancelRun", {**ids, "sync": True})

    assert (run["status"], run["required_action"]) == ("cancelled", None)
    assert run["cancelled_at"] >= run["created_at"]
    assert caller.call("queryRun", ids) == run
    assert caller.call("cancelRun", ids)["status"] == "cancelled"
    completed = caller.call("createRun", another)
    assert completed["status"] == "completed"
    caller.call("cancelRun", {**ids, "run_id": completed["id"]}, status=409)


def test_wrong_output_is_refused(caller: Caller, waiting: dict[str, Any]) -> None:
    """A call that nobody made cannot be answered, and the run waits on."""
    ids = {"thread_id": waiting["thread_id"], "run_id": waiting["id"]}
    right = {"tool_call_id": only_call(waiting)["id"], "output": "晴"}
    wrong = {"tool_call_id": "call-unknown", "output": "晴"}
    for outputs in ([wrong], [right, wrong], [right, right]):
        caller.call("submitToolOutputs", {**ids, "tool_outputs": outputs}, status=400)

    assert caller.call("queryRun", ids)["status"] == "requires_action"


@pytest.mark.parametrize(
    "addition",
    [{"thread_id": ""}, {"thread": {}}, {"thread": {"messages": []}}],
    ids=["no-thread", "empty-thread", "no-message"],
)
def test_nothing_to_answer_is_refused(
    caller: Caller, assistant_id: str, addition: dict[str, Any]
) -> None:
    caller.call("createRun", {"assistant_id": assistant_id, **addition}, status=400)


def test_context_ends_in_a_message_of_the_user(
    caller: Caller, assistant_id: str, thread_id: str
) -> None:
    """After the answer it is the user's turn, whoever wrote the answer."""
    body = {"assistant_id": assistant_id, "thread_id": thread_id}
    said = {"role": "assistant", "content": "晴"}
    caller.call("createRun", {**body, "thread": {"messages": [said]}}, status=400)
    caller.call("createMessage", {"thread_id": thread_id, **said})
    caller.call("createRun", body, status=400)
    caller.call("createMessage", {"thread_id": thread_id, "role": "user", "content": "明天呢？"})
    caller.call("createRun", body)

    caller.call("createRun", body, status=400)


def test_unknown_ids_are_not_found(caller: Caller, waiting: dict[str, Any]) -> None:
    """Each id is looked up where it belongs."""
    ids = {"thread_id": waiting["thread_id"], "run_id": waiting["id"]}
    run = {"assistant_id": waiting["assistant_id"], "thread_id": "thread_0"}
    elsewhere = {**ids, "thread_id": caller.call("createThread", {})["id"]}

    caller.call("createRun", run, status=404)
    caller.call("createRun", {**run, **ids, "assistant_id": "asst_0"}, status=404)
    caller.call("createMessage", {**run, "role": "user", "content": "你好"}, status=404)
    caller.call("listRuns", {"thread_id": "thread_0"}, status=404)
    caller.call("queryRunStep", {**ids, "step_id": "step-9"}, status=404)
    for operation_id in ("queryRun", "cancelRun", "listRunSteps"):
        caller.call(operation_id, elsewhere, status=404)
        caller.call(operation_id, {**ids, "run_id": "run_0"}, status=404)


def question(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}
