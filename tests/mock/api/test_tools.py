"""Runs that stop for a tool and continue, without a stream."""

from __future__ import annotations

import json
from itertools import islice

import appbuilder_mock
import pytest
from appbuilder_mock.errors import MockApiError
from appbuilder_mock.runs.rules import refuse_wrong_outputs

from tests.mock.wire import WEATHER, Api, final_text

OUTPUT = "工具 get_weather 的结果 Tool result: 晴，25 度"


def test_submitting_the_output(api: Api) -> None:
    """The answer to submit_tool_outputs is the finished run, with the output in its answer."""
    where, call = api.waiting_run()
    outputs = [{"tool_call_id": call, "output": "晴，25 度", "run_id": ""}]
    run = api.ok("threads/runs/submit_tool_outputs", **where, tool_outputs=outputs)

    assert (run["id"], run["status"]) == (where["run_id"], "completed")
    assert final_text(run).splitlines()[-1] == OUTPUT


def test_a_second_run_with_tool_output(api: Api) -> None:
    """The same path, the same run id."""
    where, call = api.waiting_run()
    output = {"tool_call_id": call, "output": "晴，25 度", "run_id": where["run_id"]}
    run = api.run(thread_id=where["thread_id"], tool_output=output)

    assert (run["id"], run["status"]) == (where["run_id"], "completed")
    assert final_text(run).splitlines()[-1] == OUTPUT
    assert len(api.ok("threads/runs/list", thread_id=where["thread_id"])["data"]) == 1


def test_the_waiting_run(api: Api) -> None:
    """It says what it waits for, here and when it is looked up; its step is not over."""
    where, call = api.waiting_run()
    run = api.ok("threads/runs/query", **where)
    [step] = api.ok("threads/runs/steps/list", **where)["data"]

    assert run["status"] == "requires_action"
    assert run["required_action"]["type"] == "submit_tool_outputs"
    [waiting] = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    assert waiting["id"] == call == f"call-{where['thread_id']}-{where['run_id']}-step-1"
    assert waiting["type"] == "function"
    assert json.loads(waiting["function"]["arguments"]) == {"city": "北京"}
    assert (step["status"], step["type"]) == ("in_progress", "tool_calls")
    assert step["step_datail"]["tool_calls"] == [waiting]


def test_the_steps_afterwards(api: Api) -> None:
    """The tool's step holds its output, the answer's step comes after it."""
    where, call = api.waiting_run()
    outputs = [{"tool_call_id": call, "output": "晴"}]
    api.ok("threads/runs/submit_tool_outputs", **where, tool_outputs=outputs)
    newest, oldest = api.ok("threads/runs/steps/list", **where)["data"]

    assert (oldest["id"], newest["id"]) == ("step-1", "step-2")
    assert (oldest["type"], newest["type"]) == ("tool_calls", "message_creation")
    assert oldest["status"] == newest["status"] == "completed"
    [info] = oldest["step_datail"]["tool_info"]
    assert (info["type"], info["name"], info["output"]) == ("function", "get_weather", "晴")


@pytest.mark.parametrize("ids", [[], ["call-0"], ["{}", "call-0"], ["{}", "{}"]])
def test_wrong_outputs_are_refused(api: Api, ids: list[str]) -> None:
    """None, an unknown one, one too many, one twice: 400, and the run still waits."""
    where, call = api.waiting_run()
    wrong = [{"tool_call_id": id_.format(call), "output": "晴"} for id_ in ids]
    right = [{"tool_call_id": call, "output": "晴"}]
    error = api.error("threads/runs/submit_tool_outputs", 400, **where, tool_outputs=wrong)
    run = api.ok("threads/runs/submit_tool_outputs", **where, tool_outputs=right)

    assert error["param"].startswith("tool_outputs")
    assert run["status"] == "completed"


def test_every_call_is_to_be_answered() -> None:
    """Of two calls that wait, one output is not enough; the error names the other call."""
    calls = [{"id": "call-1"}, {"id": "call-2"}]
    with pytest.raises(MockApiError, match="missing: call-2") as caught:
        refuse_wrong_outputs(calls, [{"tool_call_id": "call-1"}], "tool_outputs[{}]")

    assert (caught.value.status, caught.value.param) == (400, "tool_outputs")


def test_only_a_waiting_run_takes_outputs(api: Api) -> None:
    """409 for a run that is over, whichever way it was answered."""
    where, call = api.waiting_run()
    outputs = [{"tool_call_id": call, "output": "晴"}]
    api.ok("threads/runs/submit_tool_outputs", **where, tool_outputs=outputs)
    again = api.error("threads/runs/submit_tool_outputs", 409, **where, tool_outputs=outputs)
    other = api.error(
        "threads/runs",
        409,
        assistant_id=api.assistant(),
        thread_id=where["thread_id"],
        tool_output={**outputs[0], "run_id": where["run_id"]},
    )

    assert again["code"] == other["code"] == "run_not_waiting"
    assert (again["param"], other["param"]) == ("run_id", "tool_output.run_id")
    assert where["run_id"] in again["message"]


def test_tool_output_needs_its_run(api: Api) -> None:
    """Without a run id, or with a wrong call, it is refused and says which field is at fault."""
    where, call = api.waiting_run()
    body = {"assistant_id": api.assistant(), "thread_id": where["thread_id"]}
    output = {"tool_call_id": call, "output": "晴"}
    no_run = api.error("threads/runs", 400, **body, tool_output={**output, "run_id": ""})
    wrong = {**output, "run_id": where["run_id"], "tool_call_id": "call-0"}
    no_call = api.error("threads/runs", 400, **body, tool_output=wrong)
    unknown = api.error("threads/runs", 404, **body, tool_output={**output, "run_id": "run_0"})

    assert no_run["param"] == unknown["param"] == "tool_output.run_id"
    assert no_call["param"] == "tool_output.tool_call_id"


def test_one_active_run_a_thread(api: Api) -> None:
    """While a run waits, another one on its thread is refused; after a cancel it is not."""
    where, _ = api.waiting_run()
    body = {"assistant_id": api.assistant(), "thread_id": where["thread_id"]}
    more = {"messages": [{"role": "user", "content": "还有"}]}
    error = api.error("threads/runs", 409, **body, thread=more)
    api.ok("threads/runs/cancel", **where, sync=True)

    assert (error["code"], error["param"]) == ("run_active", "thread_id")
    assert where["run_id"] in error["message"]
    assert api.run(**body, thread=more)["status"] == "completed"


def test_cancelling(api: Api) -> None:
    """With `sync` the answer is the end; again it answers the same; its output comes too late."""
    where, call = api.waiting_run()
    run = api.ok("threads/runs/cancel", **where, sync=True)
    again = api.ok("threads/runs/cancel", **where)
    outputs = [{"tool_call_id": call, "output": "晴"}]
    late = api.error("threads/runs/submit_tool_outputs", 409, **where, tool_outputs=outputs)

    assert (run["object"], run["status"]) == ("thread.run", "cancelled")
    assert run["cancelled_at"] > 0
    assert run["completed_at"] == 0
    assert again == run
    assert late["code"] == "run_not_waiting"


def test_cancelling_without_sync(api: Api) -> None:
    """The answer comes before the end; the end comes all the same."""
    where, _ = api.waiting_run()
    run = api.ok("threads/runs/cancel", **where)

    assert run["status"] == "cancelling"
    assert api.ok("threads/runs/cancel", **where, sync=True)["status"] == "cancelled"


def test_a_completed_run_cannot_be_cancelled(api: Api) -> None:
    """409 that names its status."""
    run = api.run()
    error = api.error("threads/runs/cancel", 409, thread_id=run["thread_id"], run_id=run["id"])

    assert error["code"] == "run_ended"
    assert "'completed'" in error["message"]


def test_a_run_that_waits_too_long_expires() -> None:
    """The stream ends so, and outputs come too late."""
    with (
        appbuilder_mock.running(ping_interval=0.01, expire_after=0) as server,
        Api(server.url, server.token) as api,
    ):
        with api.stream(tools=[WEATHER]) as events:
            *_, end = islice(events, 200)  # pings for ever, if it never expires
        run = end.data["details"]["run_object"]
        where = {"thread_id": run["thread_id"], "run_id": run["id"]}
        [step] = api.ok("threads/runs/steps/list", **where)["data"]

    assert (end.kind, end.data["status"]) == ("run_end", "expired")
    assert run["expired_at"] > 0
    assert step["status"] == "expired"
