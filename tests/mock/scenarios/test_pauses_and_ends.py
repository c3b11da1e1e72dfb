"""Pauses of scripted runs, text before an end, details of steps, edited events."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_mock.scenarios import (
    EventEdit,
    Failed,
    InsertedEvent,
    Latency,
    Match,
    Reply,
    Rule,
    Scenario,
    ToolCall,
    ToolRound,
)

from tests.mock.scenarios.calls import LONG, asked_for, place, submit
from tests.mock.wire import Api, Event, counted, final_text, joined, order

DELAY = 0.3  # seconds, six pings of the server


def pings_before(received: list[Event], kind: str) -> list[int]:
    """How many pings came just before each event of a kind."""
    counts, pings = [], 0
    for event in received:
        if event.name == "ping":
            pings += 1
        else:
            counts += [pings] * (event.kind == kind)
            pings = 0
    return counts


def test_a_delay_for_each_piece(mock: appbuilder_mock.Running, api: Api) -> None:
    """The stream is silent, and pings, where the scenario says so."""
    mock.script(Rule(reply=Reply(chunks=["一", "二", "三"], delays=[0, DELAY, 0])))

    first, second, third = pings_before(api.streamed(), "message")
    assert (first, third) == (0, 0)
    assert second > 0


def test_a_delay_before_a_round(mock: appbuilder_mock.Running, api: Api) -> None:
    """Streamed or not."""
    mock.script(Rule(tool_rounds=[ToolRound([ToolCall("查")], delay=DELAY)], reply="好"))

    with api.stream() as events:
        received = [next(events)]
        while received[-1].kind != "tool_calls":
            received.append(next(events))
    began = time.monotonic()
    asked_for(api.run())

    assert pings_before(received, "tool_step_begin")[0] > 0
    assert time.monotonic() - began >= DELAY


def test_the_time_of_a_blocking_run(mock: appbuilder_mock.Running, api: Api) -> None:
    """It replaces the pauses between pieces, which are those of a stream."""
    pieces = Reply(chunks=["一", "二"], delays=[LONG, LONG])
    mock.script(Rule(match=Match(times=1), reply=pieces, blocking_delay=DELAY))
    began = time.monotonic()

    assert final_text(api.run()) == "一二"
    assert time.monotonic() - began >= DELAY

    mock.script(Rule(failed=Failed("server_error", "慢"), blocking_delay=DELAY))
    began = time.monotonic()
    assert api.run()["status"] == "failed"
    assert time.monotonic() - began >= DELAY
    assert pings_before(api.streamed(), "run_end") == [0]


def test_no_pauses_at_speed_0() -> None:
    """Of runs: none of the hours that the scenario asks for."""
    slow = Rule(
        tool_rounds=[ToolRound([ToolCall("查")], delay=LONG)],
        reply=Reply(chunks=["一", "二"], first_delay=LONG, chunk_delay=Latency(LONG, LONG)),
        blocking_delay=LONG,
    )
    with (
        appbuilder_mock.running(scenario=[slow], speed=0) as server,
        Api(server.url, server.token) as api,
    ):
        assert final_text(submit(api, api.run(), "好")) == "一二"
    with pytest.raises(ValueError, match="expected a speed of 0 or more, got -1"):
        appbuilder_mock.create_app(speed=-1)


def test_a_seed_settles_latencies(mock: appbuilder_mock.Running, api: Api) -> None:
    """The stored paths of two runs are drawn from the seed; without one they differ."""
    rule = Rule(reply=Reply("一", first_delay=Latency(0, 0.001)))

    def seeds(scenario: Scenario) -> list[int]:
        mock.reset()
        mock.script(scenario)
        for _ in range(2):
            api.run()
        return [thread["runs"][0]["course"]["seed"] for thread in mock.state()["threads"]]

    drawn = seeds(Scenario([rule], seed="七"))
    assert len(set(drawn)) == 2
    assert drawn == seeds(Scenario([rule], seed="七")) != seeds(Scenario([rule]))


ENDS: dict[str, Callable[..., Rule]] = {
    "failed": lambda **more: Rule(failed=Failed("server_error", "断了"), **more),
    "expired": lambda **more: Rule(expired=True, **more),
    "cancelled": lambda **more: Rule(cancelled=True, **more),
}


@pytest.mark.parametrize("status", ENDS)
def test_text_before_an_end(mock: appbuilder_mock.Running, api: Api, status: str) -> None:
    """The pieces come, none of them the last; the run ends, and the thread has no answer."""
    mock.script(ENDS[status](partial_reply=Reply(chunks=["话说", "一半"])))
    received = api.streamed()
    end = received[-1].data
    run = end["details"]["run_object"]

    assert joined(received) == "话说一半"
    assert [e.data["is_end"] for e in received if e.name == "message"] == [0, 0]
    assert (end["event_type"], end["status"]) == ("run_end", status)
    assert ("run_cancelling" in order(received)) == (status == "cancelled")
    assert run[f"{status}_at"] > 0
    [step] = api.ok("threads/runs/steps/list", **place({**run, "run_id": run["id"]}))["data"]
    assert step["status"] == status
    [only] = api.ok("threads/messages/list", thread_id=run["thread_id"])["data"]
    assert only["role"] == "user"


def test_cancelling_a_run_that_cancels_itself(mock: appbuilder_mock.Running, api: Api) -> None:
    """The call succeeds, before or after."""
    mock.script(Rule(cancelled=True))
    run = api.run()

    assert api.ok("threads/runs/cancel", **place(run))["status"] == run["status"] == "cancelled"


def test_step_details(mock: appbuilder_mock.Running, api: Api) -> None:
    """In the events, in the list and in the query; other fields are the server's."""
    action = {"toolName": "天气", "actionName": "查", "actionContent": "北京"}
    search = [{"type": "search", "name": "搜索", "arguments": "", "output": "晴"}]
    mock.script(
        Rule(
            tool_rounds=[ToolRound([ToolCall("查")], step_details={"action_info": action})],
            reply=Reply("好", step_details={"tool_info": search}),
        )
    )
    run = submit(api, api.run(), "晴")
    answer, asked = api.ok("threads/runs/steps/list", **place(run))["data"]

    assert answer["step_datail"]["tool_info"] == search
    assert answer["step_datail"]["message_creation"] is not None
    assert asked["step_datail"]["action_info"] == action
    queried = api.ok("threads/runs/steps/query", **place(run), step_id="step-1")
    assert queried["step_datail"] == asked["step_datail"]


def test_captured_groups(mock: appbuilder_mock.Running, api: Api) -> None:
    """By number and by name; one that took no part is empty."""
    mock.script(
        Rule(
            match=Match(regex="从(?P<from>..)到(..)(，.*)?"),
            reply="{from}→{2}{3}。{{1}} {text}",
        )
    )

    answer = final_text(api.run(thread_id=api.thread("明天从北京到上海")))
    assert answer == "北京→上海。{1} 明天从北京到上海"


def edited(mock: appbuilder_mock.Running, api: Api, *edits: EventEdit) -> list[dict[str, Any]]:
    """The data of the events of 一二, whose own numbers are 1 to 7, as the edits change them."""
    mock.script(Rule(reply=Reply(chunks=["一", "二"]), events=edits))
    received = [event for event in api.streamed() if event.name != "ping"]
    assert counted(received) == list(range(1, len(received) + 1))
    return [event.data for event in received]


def test_edited_events(mock: appbuilder_mock.Running, api: Api) -> None:
    """Fields of one event and of several, other events before it, and behind the last one."""
    seen = {"event_type": "knowledge_begin", "details": {"run": "{run_id}", "at": "{now}"}}
    before = edited(mock, api, EventEdit(9, drop=True))
    after = edited(
        mock,
        api,
        EventEdit(1, set={"details.run_object.model": None, "a.b": "{{{thread_id}}}"}),
        EventEdit(3, insert=[InsertedEvent("status", seen)]),
        EventEdit(4, through=5, set={"message_index": 0}, unset=["metadata", "x.y"]),
        EventEdit(6, drop=True),
        EventEdit(8, insert=[InsertedEvent("status", {"last": "{message_id}"})]),
    )
    run = after[0]["details"]["run_object"]

    assert [one.get("event_type", "message") for one in before] == [
        *("run_begin", "tool_step_begin", "message_creation", "message", "message"),
        *("tool_step_end", "run_end"),
    ]
    assert [one.get("event_type", "message") for one in after] == [
        *("run_begin", "tool_step_begin", "knowledge_begin", "message_creation"),
        *("message", "message", "run_end", "message"),
    ]
    assert run["model"] is None
    assert after[0]["a"] == {"b": f"{{{run['thread_id']}}}"}
    assert after[2]["details"]["run"] == run["id"]
    assert after[2]["details"]["at"] >= run["created_at"]
    assert [one["message_index"] for one in after[4:6]] == [0, 0]
    assert "metadata" in before[4]
    assert "metadata" not in after[5]
    assert after[7]["last"] == after[4]["message_id"]
    assert after[6]["details"]["run_object"]["model"]
