"""Runs that end badly, which only the mock can be scripted to do."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.client.client import CheckedClient
from contract_tests.spec import document as spec
from contract_tests.spec import run_events as sse
from contract_tests.spec.samples import WEATHER, comparable, only, only_call
from contract_tests.target.mock_control import MockControl

TEXT = "北京天气如何？请失败"
BODY = {
    "assistant_id": spec.Document().example("createRun")["assistant_id"],
    "thread": {"messages": [{"role": "user", "content": TEXT}]},
}
WHY = {"type": "server_error", "message": "模型不可用"}
ENDS: dict[str, dict[str, Any]] = {"failed": {"failed": WHY}, "expired": {"expired": True}}
CALL = [{"name": "get_weather", "arguments": {"city": "北京"}}]


@pytest.fixture(params=ENDS)
def end(request: pytest.FixtureRequest, control: MockControl) -> str:
    """How the runs of this test end."""
    status = str(request.param)
    control.play({"match": {"text": TEXT}, **ENDS[status]})
    return status


@pytest.fixture(params=ENDS)
def end_after_tools(request: pytest.FixtureRequest, control: MockControl) -> str:
    """How they end when they have got the output of a call."""
    status = str(request.param)
    control.play({"match": {"text": TEXT}, "tool_rounds": [CALL], **ENDS[status]})
    return status


def test_bad_end(client: CheckedClient, end: str) -> None:
    """The run has the end's status, time and reason, and no message; its thread is free."""
    run = client.call("createRun", BODY)
    ids = {"thread_id": run["thread_id"], "run_id": run["id"]}

    assert_ended(run, end)
    queried = client.call("queryRun", ids)
    assert_ended(queried, end)
    [listed] = client.call("listRuns", {"thread_id": run["thread_id"]})["data"]
    assert comparable(queried) == comparable(listed)
    [message] = client.call("listMessages", {"thread_id": run["thread_id"]})["data"]
    assert message["role"] == "user"
    outputs = [{"tool_call_id": "call-0", "output": "晴"}]
    client.call("submitToolOutputs", {**ids, "tool_outputs": outputs}, status=409)
    client.call("cancelRun", ids, status=409)
    assert client.call("queryRun", ids) == queried
    again = {"messages": [{"role": "user", "content": "明天呢？"}]}
    another = client.call("createRun", {**BODY, "thread_id": run["thread_id"], "thread": again})
    assert another["status"] == "completed"


def test_bad_end_after_tools(client: CheckedClient, end_after_tools: str) -> None:
    """The step of the tool call has the status completed."""
    waiting = client.call("createRun", {**BODY, "tools": [WEATHER]})
    ids = {"thread_id": waiting["thread_id"], "run_id": waiting["id"]}
    outputs = [{"tool_call_id": only_call(waiting)["id"], "output": "晴"}]

    run = client.call("submitToolOutputs", {**ids, "tool_outputs": outputs})

    assert_ended(run, end_after_tools)
    assert_ended(client.call("queryRun", ids), end_after_tools)
    assert only(client.call("listRunSteps", ids)["data"])["status"] == "completed"


def test_bad_end_of_a_stream(client: CheckedClient, end: str) -> None:
    """The last event is the end of the run, as in a query."""
    events = list(client.stream(BODY))
    run = events[-1].details["run_object"]

    assert events[-1].payload["status"] == end
    assert_ended(run, end)
    assert sse.texts(events) == {}
    queried = client.call("queryRun", {"thread_id": run["thread_id"], "run_id": run["id"]})
    assert comparable(queried) == comparable(run)


def assert_ended(run: dict[str, Any], status: str) -> None:
    times = {name: run.get(name) for name in ("failed_at", "expired_at")}
    happened = [name for name, at in times.items() if at]

    assert (run["status"], happened) == (status, [f"{status}_at"])
    assert status != "failed" or run["last_error"] == WHY
    assert run.get("final_answer") is None
