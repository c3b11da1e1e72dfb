"""The steps of a run that is carried through its tool calls, and of one that is waited for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from appbuilder_assistants import (
    DeadlineExceededError,
    ResponseError,
    RetryPolicy,
    ToolError,
    tool,
)
from appbuilder_assistants._core.calls import (
    Begin,
    End,
    Flow,
    Grace,
    NoReply,
    RunTools,
    Send,
    Sleep,
)
from appbuilder_assistants._core.runs.polling import PollInterval, poll_run
from appbuilder_assistants._operations.runs import runs_query, runs_run_body
from appbuilder_assistants._run_calls import OneRun
from appbuilder_assistants._tools.loop import LoopOptions, ToolLoop
from appbuilder_assistants._tools.toolbox import Toolbox

from tests.core.calls import reply

ONCE = RetryPolicy(attempts=1)
RUN = {"id": "r", "object": "run.result", "assistant_id": "a", "thread_id": "t", "created_at": 1}
DONE = reply(body={**RUN, "status": "completed"})
LATE = NoReply("too late", reached_server=True, timed_out=True, overdue=True)


@tool
def add(a: int, b: int = 1) -> int:
    return a + b


def waiting(*arguments: str) -> Any:
    calls = [
        {"id": f"c{number}", "type": "function", "function": {"name": "add", "arguments": text}}
        for number, text in enumerate(arguments, start=1)
    ]
    action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": calls}}
    return reply(body={**RUN, "status": "requires_action", "required_action": action})


def whole(**options: Any) -> Flow[Any]:
    chosen: Any = {"max_rounds": 2, "max_parallel": 4, "continuation": "auto", **options}
    run = OneRun(runs_run_body(assistant_id="a", thread={"messages": []}))
    return ToolLoop(run, Toolbox([add]), LoopOptions(**chosen), ONCE).whole()


def after(flow: Flow[Any], outcome: Any = None) -> Any:
    """The next step except those for instrumentation."""
    step = flow.send(outcome)
    while isinstance(step, (Begin, End)):
        step = flow.send(None)
    return step


def thrown(flow: Flow[Any], error: BaseException) -> Any:
    step: Any = flow.throw(error)
    while isinstance(step, (Begin, End)):
        step = flow.send(None)
    return step


def asked(step: Any) -> tuple[str, Any]:
    assert isinstance(step, Send)
    return step.request.path.rpartition("/")[2], json.loads(step.request.body)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", ["queued", "requires_action"])
@pytest.mark.parametrize("ids", [{"id": False}, {"id": 5}, {"thread_id": ["线程"]}])
def test_ids_that_are_no_texts(ids: dict[str, Any], status: str) -> None:
    """A run that continues cannot be named by them: the response is wrong, not the caller."""
    flow = whole()
    after(flow)

    with pytest.raises(ResponseError):
        after(flow, reply(body={**RUN, **ids, "status": status}))


def test_a_round() -> None:
    """Tools are called by their calls, and their outputs are sent in this order."""
    flow = whole()

    assert asked(after(flow))[0] == "runs"
    step = after(flow, waiting('{"a": 1}', "{", '{"a": 5, "b": 5}'))
    assert isinstance(step, RunTools)
    assert (step.max_parallel, step.round, step.thread_id, step.run_id) == (4, 1, "t", "r")
    assert [job.call_id for job in step.jobs] == ["c1", "c3"]
    results: list[object] = [step.jobs[0].function(), ToolError("太大")]
    path, body = asked(after(flow, results))
    assert path == "submit_tool_outputs"
    assert [output["output"][:11] for output in body["tool_outputs"]] == [
        "2",
        "error: the ",
        "error: 太大",
    ]
    with pytest.raises(StopIteration) as done:
        after(flow, DONE)
    assert done.value.value.status == "completed"


def test_a_round_without_a_tool_to_call() -> None:
    """When every call is wrong, all are answered at once, and it is a round nevertheless."""
    flow = whole(max_rounds=1)
    after(flow)

    path, body = asked(after(flow, waiting("{")))
    assert path == "runs"
    assert body["tool_output"]["output"].startswith("error: the arguments are not JSON")
    assert isinstance(after(flow, waiting("{")), Grace)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("oops")], ids=repr)
def test_whatever_is_raised_cancels_the_run(error: BaseException) -> None:
    """By a request of its own, within some seconds; then the error is raised."""
    flow = whole()
    after(flow)
    after(flow, waiting('{"a": 1}'))

    assert thrown(flow, error) == Grace(5.0)
    assert asked(after(flow)) == ("cancel", {"thread_id": "t", "run_id": "r", "sync": True})
    with pytest.raises(type(error)) as caught:
        after(flow, reply(body={**RUN, "status": "cancelling"}))
    assert caught.value is error
    assert getattr(error, "__notes__", []) == []


def test_the_deadline_while_tools_run() -> None:
    """The run is cancelled, and the error says so."""
    flow = whole()
    after(flow)
    after(flow, waiting('{"a": 1}'))

    assert after(flow, LATE) == Grace(5.0)
    assert asked(after(flow))[0] == "cancel"
    with pytest.raises(DeadlineExceededError, match=r"too late \(add\); the run was cancel") as e:
        after(flow, reply(body={**RUN, "status": "cancelling"}))
    assert e.value.cancelled


def test_a_flow_that_is_dropped_asks_for_nothing() -> None:
    """A dropped flow has no driver that could carry out a step."""
    flow = whole()
    after(flow)
    after(flow, waiting('{"a": 1}'))

    flow.close()


def test_waiting_gets_slower() -> None:
    """The pauses grow up to the longest, and what is left before the deadline is used."""
    query = runs_query(thread_id="t", run_id="r")
    flow = poll_run(query, retry=ONCE, interval=PollInterval(1.0, 2.0))
    working = reply(body={**RUN, "status": "in_progress"})
    pauses = []
    after(flow)
    for _ in range(4):
        step = after(flow, working)
        pauses.append(step.seconds)
        after(flow)

    assert pauses == [1.0, 1.5, 2.0, 2.0]
    assert after(flow, working) == Sleep(2.0)
    assert after(flow, LATE) == Sleep(1.0)
    assert isinstance(after(flow, None), Send)
    assert after(flow, working) == Sleep(1.5)
    assert [after(flow, LATE).seconds for _ in range(5)][-1] == 1.5 / 32
    with pytest.raises(DeadlineExceededError):
        after(flow, LATE)


def test_a_wait_that_is_overdue() -> None:
    """It has the last look-up, and not another attempt of one that did not fail."""
    query = runs_query(thread_id="t", run_id="r")
    flow = poll_run(query, retry=RetryPolicy(), interval=PollInterval(0.05))
    after(flow)
    assert isinstance(after(flow, reply(503)), Sleep)
    assert isinstance(after(flow), Send)

    assert after(flow, reply(body={**RUN, "status": "in_progress"})) == Sleep(0.05)
    with pytest.raises(DeadlineExceededError) as caught:
        after(flow, LATE)

    assert [attempt.status_code for attempt in caught.value.attempts] == [503]
    assert caught.value.message == (
        "the deadline does not leave time for another look-up; the run is in_progress"
    )
