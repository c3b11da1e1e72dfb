"""The whole life of a run, step by step."""

from __future__ import annotations

import time
from typing import Any

import pytest

from contract_tests.client.client import CheckedClient
from contract_tests.spec.samples import WEATHER, answer_text, comparable, only, only_call, text_of

QUESTION = "北京天气如何？"


@pytest.fixture
def assistant_id(client: CheckedClient) -> str:
    """An assistant without tools."""
    body = {"name": "天气助手", "instructions": "每句话回复前都加上我是秦始皇"}
    return str(client.call("createAssistant", body)["id"])


@pytest.fixture
def thread_id(client: CheckedClient) -> str:
    """A thread that ends in a question."""
    thread_id = client.call("createThread", {})["id"]
    message = {"thread_id": thread_id, "role": "user", "content": QUESTION}
    assert client.call("createMessage", message)["thread_id"] == thread_id
    return str(thread_id)


@pytest.fixture
def waiting(client: CheckedClient, assistant_id: str, thread_id: str) -> dict[str, Any]:
    """A run that waits for the output of one call."""
    body = {"assistant_id": assistant_id, "thread_id": thread_id, "tools": [WEATHER]}
    run = client.call("createRun", body)
    assert run["status"] == "requires_action"
    ids = {"thread_id": thread_id, "run_id": run["id"]}
    assert client.call("queryRun", ids)["required_action"] == run["required_action"]
    return run


@pytest.mark.live_safe
def test_run_is_found_again(client: CheckedClient, assistant_id: str, thread_id: str) -> None:
    """The responses of creating, listing, querying and steps describe the same run."""
    run = client.call("createRun", {"assistant_id": assistant_id, "thread_id": thread_id})
    ids = {"thread_id": thread_id, "run_id": run["id"]}

    assert (run["object"], run["status"]) == ("run.result", "completed")
    assert (run["assistant_id"], run["thread_id"]) == (assistant_id, thread_id)
    answer = run["final_answer"]["message"]["message_id"]
    message = client.call("queryMessage", {"thread_id": thread_id, "message_id": answer})
    assert (message["role"], message["run_id"]) == ("assistant", run["id"])
    assert text_of(message) == answer_text(run) != ""
    listed = only(client.call("listRuns", {"thread_id": thread_id})["data"])
    queried = client.call("queryRun", ids)
    assert comparable(listed) == comparable(queried)
    assert (queried["id"], queried["object"]) == (run["id"], "thread.run")
    assert queried["status"] == "completed"
    steps = client.call("listRunSteps", ids)["data"]
    assert [step["id"] for step in steps] == ["step-1"]
    step = client.call("queryRunStep", {**ids, "step_id": "step-1"})
    assert (step["run_id"], step["status"]) == (run["id"], "completed")
    # The service was seen to give no details, and to lose them in the query.
    detail = steps[0]["step_datail"]
    assert detail is None or detail["message_creation"] == {"message_id": answer}
    assert step["step_datail"] in (None, detail)


def test_run_has_its_own_instructions(
    client: CheckedClient, assistant_id: str, thread_id: str
) -> None:
    """A run's own settings override the assistant's; the rest does not."""
    body = {"assistant_id": assistant_id, "thread_id": thread_id, "instructions": "只说一个字"}
    run = client.call("createRun", {**body, "thought_instructions": "想一想"})
    queried = client.call("queryRun", {"thread_id": thread_id, "run_id": run["id"]})
    assistant = client.call("queryAssistant", {"assistant_id": assistant_id})

    assert (queried["instructions"], queried["thought_instructions"]) == ("只说一个字", "想一想")
    assert queried["chat_instructions"] == assistant["chat_instructions"]
    assert assistant["instructions"] == "每句话回复前都加上我是秦始皇"


def test_run_has_its_own_model(client: CheckedClient, thread_id: str) -> None:
    """A run has the model of its request, for this run only; without one the assistant's."""
    assistant_id = client.call("createAssistant", {"name": "助手", "model": "ERNIE-明天"})["id"]
    body = {"assistant_id": assistant_id, "thread": {"messages": [question(QUESTION)]}}
    runs = [
        client.call("createRun", {**body, "thread_id": thread_id, "model": model})
        for model in ("ERNIE-后天", None)
    ]

    models = [
        client.call("queryRun", {"thread_id": thread_id, "run_id": run["id"]}).get("model")
        for run in runs
    ]
    assert models == ["ERNIE-后天", "ERNIE-明天"]


def test_message_of_a_run_is_in_the_history(client: CheckedClient, assistant_id: str) -> None:
    """A run's own message comes behind the earlier ones, and before the answer."""
    body = {"assistant_id": assistant_id}
    first = client.call("createRun", {**body, "thread": {"messages": [question("今天呢？")]}})
    where = {"thread_id": first["thread_id"]}
    client.call("createRun", {**body, **where, "thread": {"messages": [question("明天呢？")]}})

    messages = client.call("listMessages", {**where, "order": "asc"})["data"]
    assert [message["role"] for message in messages] == ["user", "assistant"] * 2
    assert [text_of(message) for message in messages[::2]] == ["今天呢？", "明天呢？"]


def test_output_by_a_second_run_call(client: CheckedClient, waiting: dict[str, Any]) -> None:
    """The same path and the same run id: the run continues with `tool_output`."""
    call = only_call(waiting)
    time.sleep(0.02)
    run = client.call(
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
    assert run["started_at"] > waiting["started_at"], "it gets no new start time"
    ids = {"thread_id": run["thread_id"], "run_id": run["id"]}
    assert client.call("queryRun", ids)["status"] == "completed"


def test_output_by_submitting(client: CheckedClient, waiting: dict[str, Any]) -> None:
    """Without a stream the answer comes when the run has ended; a second time is a conflict."""
    ids = {"thread_id": waiting["thread_id"], "run_id": waiting["id"]}
    output = {"tool_call_id": only_call(waiting)["id"], "output": "晴"}
    time.sleep(0.02)
    run = client.call("submitToolOutputs", {**ids, "tool_outputs": [output]})
    anew = run["started_at"] > waiting["started_at"]
    assert anew or run["started_at"] == waiting["started_at"]
    client.observations.note("started-at-after-submit", "anew" if anew else "kept")

    assert (run["id"], run["status"]) == (waiting["id"], "completed")
    steps = client.call("listRunSteps", {**ids, "order": "asc"})["data"]
    assert [step["id"] for step in steps] == ["step-1", "step-2"]
    assert [step["status"] for step in steps] == ["completed", "completed"]
    if detail := steps[0]["step_datail"]:  # the service was seen to give none
        call = only(detail["tool_calls"])
        assert (call["id"], call["function"]["output"]) == (output["tool_call_id"], "晴")
    again = {**ids, "tool_outputs": [output]}
    client.observe("run-state", "submitToolOutputs", again, status=409)


def test_cancel(client: CheckedClient, waiting: dict[str, Any]) -> None:
    """A cancelled run has its time, may be cancelled again, and leaves its thread free."""
    ids = {"thread_id": waiting["thread_id"], "run_id": waiting["id"]}
    another = {
        "assistant_id": waiting["assistant_id"],
        "thread_id": waiting["thread_id"],
        "thread": {"messages": [{"role": "user", "content": QUESTION}]},
    }
    if client.observe("run-state", "createRun", another, status=409):
        return  # what becomes of the run that waited is not known
    run = client.call("cancelRun", {**ids, "sync": True})

    assert (run["status"], run["required_action"]) == ("cancelled", None)
    assert run["cancelled_at"] >= run["created_at"]
    assert client.call("queryRun", ids) == run
    again = client.observe("run-state", "cancelRun", ids, status=200)
    assert again is None or again.json()["status"] == "cancelled"
    completed = client.call("createRun", another)
    assert completed["status"] == "completed"
    ended = {**ids, "run_id": completed["id"]}
    client.observe("run-state", "cancelRun", ended, status=409)


def test_wrong_output_is_refused(client: CheckedClient, waiting: dict[str, Any]) -> None:
    """An output for an unknown call is refused, and the run keeps waiting."""
    ids = {"thread_id": waiting["thread_id"], "run_id": waiting["id"]}
    right = {"tool_call_id": only_call(waiting)["id"], "output": "晴"}
    wrong = {"tool_call_id": "call-unknown", "output": "晴"}
    for outputs in ([wrong], [right, wrong], [right, right]):
        client.call("submitToolOutputs", {**ids, "tool_outputs": outputs}, status=400)

    assert client.call("queryRun", ids)["status"] == "requires_action"


@pytest.mark.parametrize(
    "addition",
    [{"thread_id": ""}, {"thread": {}}, {"thread": {"messages": []}}],
    ids=["no-thread", "empty-thread", "no-message"],
)
def test_nothing_to_answer_is_refused(
    client: CheckedClient, assistant_id: str, addition: dict[str, Any]
) -> None:
    client.call("createRun", {"assistant_id": assistant_id, **addition}, status=400)


def test_context_ends_in_a_message_of_the_user(
    client: CheckedClient, assistant_id: str, thread_id: str
) -> None:
    """After the answer it is the user's turn, whatever the answer's author."""
    body = {"assistant_id": assistant_id, "thread_id": thread_id}
    said = {"role": "assistant", "content": "晴"}
    client.call("createRun", {**body, "thread": {"messages": [said]}}, status=400)
    client.call("createMessage", {"thread_id": thread_id, **said})
    client.call("createRun", body, status=400)
    client.call("createMessage", {"thread_id": thread_id, "role": "user", "content": "明天呢？"})
    client.call("createRun", body)

    client.call("createRun", body, status=400)


def test_unknown_ids_are_not_found(client: CheckedClient, waiting: dict[str, Any]) -> None:
    """Each id is looked up where it belongs."""
    ids = {"thread_id": waiting["thread_id"], "run_id": waiting["id"]}
    run = {"assistant_id": waiting["assistant_id"], "thread_id": "thread_0"}
    elsewhere = {**ids, "thread_id": client.call("createThread", {})["id"]}

    client.call("createRun", run, status=404)
    client.call("createRun", {**run, **ids, "assistant_id": "asst_0"}, status=404)
    client.call("createMessage", {**run, "role": "user", "content": "你好"}, status=404)
    client.call("listRuns", {"thread_id": "thread_0"}, status=404)
    client.call("queryRunStep", {**ids, "step_id": "step-9"}, status=404)
    for operation_id in ("queryRun", "cancelRun", "listRunSteps"):
        client.call(operation_id, elsewhere, status=404)
        client.call(operation_id, {**ids, "run_id": "run_0"}, status=404)


def question(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}
