"""Tool calls of runs that a scenario scripts."""

from __future__ import annotations

import json
from typing import Any

import appbuilder_mock

from tests.mock.scenarios.calls import ROUNDS, asked_for, place, submit
from tests.mock.wire import Api, Event, counted, final_text, joined, order

# ── Tool calls ─────────────────────────────────────────────────────────────────────────────────


def test_several_calls_in_several_rounds(mock: appbuilder_mock.Running, api: Api) -> None:
    """Each round is asked for at once and answered at once; arguments come as they were written."""
    mock.script(ROUNDS)
    run = api.run()
    first = asked_for(run)
    assert [json.loads(call["function"]["arguments"])["city"] for call in first] == ["北京", "上海"]
    assert first[0]["id"] == f"call-{run['thread_id']}-{run['id']}-step-1"
    assert len({call["id"] for call in first}) == 2

    run = submit(api, run, "晴", "雨")
    [mail] = asked_for(run)
    assert mail["function"] == {"name": "send_mail", "arguments": '{"to": "broken'}
    assert mail["id"].endswith("-step-2")

    run = submit(api, run, "已发送")
    assert run["status"] == "completed"
    assert final_text(run) == "关于「你好」：晴\n雨\n已发送"
    answer, second, first_step = api.ok("threads/runs/steps/list", **place(run))["data"]
    assert [step["type"] for step in (first_step, second, answer)] == [
        *("tool_calls", "tool_calls", "message_creation")
    ]
    assert [info["output"] for info in first_step["step_datail"]["tool_info"]] == ["晴", "雨"]
    assert [info["output"] for info in second["step_datail"]["tool_info"]] == ["已发送"]


def test_outputs_one_by_one(mock: appbuilder_mock.Running, api: Api) -> None:
    """With `tool_output` in a second run call, in any order; the run waits for the others."""
    mock.script(ROUNDS)
    run = api.run()
    beijing, shanghai = asked_for(run)

    def answered(call: dict[str, Any], output: str) -> dict[str, Any]:
        given = {"tool_call_id": call["id"], "output": output, "run_id": run["id"]}
        return api.run(thread_id=run["thread_id"], tool_output=given)

    assert asked_for(answered(shanghai, "雨")) == [beijing]
    assert asked_for(api.ok("threads/runs/query", **place(run))) == [beijing]
    [mail] = asked_for(answered(beijing, "晴"))
    assert final_text(answered(mail, "已发送")) == "关于「你好」：晴\n雨\n已发送"


def test_an_output_is_not_taken_twice(mock: appbuilder_mock.Running, api: Api) -> None:
    """Neither one by one nor all at once, and `submit_tool_outputs` takes no half of them."""
    mock.script(ROUNDS)
    run = api.run()
    beijing, shanghai = asked_for(run)
    outputs = [{"tool_call_id": beijing["id"], "output": "晴"}]
    half = api.error("threads/runs/submit_tool_outputs", 400, **place(run), tool_outputs=outputs)
    given = {**outputs[0], "run_id": run["id"]}
    api.run(thread_id=run["thread_id"], tool_output=given)
    body = {"assistant_id": api.assistant(), "thread_id": run["thread_id"]}
    again = api.error("threads/runs", 400, **body, tool_output=given)

    assert shanghai["id"] in half["message"]
    assert again["param"] == "tool_output.tool_call_id"


def test_rounds_within_a_stream(mock: appbuilder_mock.Running, api: Api) -> None:
    """One event asks for a whole round; the stream continues through all of them."""
    mock.script(ROUNDS)
    received: list[Event] = []
    asked: list[list[dict[str, Any]]] = []
    with api.stream() as events:
        for event in events:
            received.append(event)
            if event.kind == "tool_calls":
                calls = event.data["details"]["tool_calls"]
                asked.append(calls)
                outputs = [
                    {"tool_call_id": one["id"], "output": f"第{n}"} for n, one in enumerate(calls)
                ]
                run = received[0].data["details"]["run_object"]
                api.ok("threads/runs/submit_tool_outputs", **place(run), tool_outputs=outputs)

    assert [len(calls) for calls in asked] == [2, 1]
    a_round = ["tool_step_begin", "tool_calls", "tool_submitted_output", "tool_step_end"]
    answer = ["tool_step_begin", "message_creation", "message", "tool_step_end", "run_end"]
    assert order(received) == ["run_begin", *a_round, *a_round, *answer]
    numbers = counted(received)
    assert numbers == list(range(1, len(numbers) + 1))
    submitted = next(event for event in received if event.kind == "tool_submitted_output")
    texts = [one["function"]["output"] for one in submitted.data["details"]["tool_calls"]]
    assert texts == ["第0", "第1"]
    assert joined(received) == "关于「你好」：第0\n第1\n第0"


def test_one_output_of_two_as_a_stream(mock: appbuilder_mock.Running, api: Api) -> None:
    """The new stream begins with the run as it stands and with the call that still waits."""
    mock.script(ROUNDS)
    run = api.run()
    beijing, shanghai = asked_for(run)
    given = {"tool_call_id": beijing["id"], "output": "晴", "run_id": run["id"]}
    with api.stream(thread_id=run["thread_id"], tool_output=given) as events:
        begin, calls = next(events), next(events)

    assert (begin.kind, calls.kind) == ("run_begin", "tool_calls")
    assert begin.data["status"] == calls.data["status"] == "requires_action"
    assert [call["id"] for call in calls.data["details"]["tool_calls"]] == [shanghai["id"]]
