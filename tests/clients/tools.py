"""Shared parts of the tests of tools: a mock server of their own, and the state of its runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import appbuilder_mock
from appbuilder_assistants import Tool, tool
from appbuilder_assistants.types import AssistantThreadDict
from appbuilder_mock.scenarios import Reply, Rule, ToolCall

from tests.clients.bodies import RUN

QUESTION_TEXT = "天气怎么样？"
QUESTION: AssistantThreadDict = {"messages": [{"role": "user", "content": QUESTION_TEXT}]}
CONTINUATIONS = ["submit_tool_outputs", "tool_output"]
"""The ways to continue a stream with the outputs of its tools."""


@tool
def get_weather(city: str) -> str:
    """查询一个城市的天气"""
    return f"{city}：晴"


def named(function: Callable[..., Any]) -> Tool[..., Any]:
    """The function as the tool that the scenarios ask for."""
    return tool(function, name="get_weather")


def asks(*cities: object) -> list[ToolCall]:
    """One round: the weather of each city."""
    return [ToolCall("get_weather", {"city": city}) for city in cities]


def rounds(*asked: list[ToolCall], **more: Any) -> Rule:
    """A run that asks for these rounds and then says what the tools answered."""
    return Rule(tool_rounds=list(asked), reply=Reply("{outputs}"), **more)


def runs_of(server: appbuilder_mock.Running) -> list[dict[str, Any]]:
    """Every run, with the id of its thread, oldest first."""
    threads = server.state()["threads"]
    return [{**run, "thread_id": t["id"]} for t in threads for run in t.get("runs", [])]


def ends_of(server: appbuilder_mock.Running, client: Any) -> list[str]:
    """The status of every run once it has ended, or waits."""
    wait = client.threads.runs.wait
    found = runs_of(server)
    return [wait(run["thread_id"], run["id"], first_delay=0.01).status for run in found]


def outputs_of(server: appbuilder_mock.Running) -> list[str | None]:
    """The output of each tool call of the one run."""
    (run,) = runs_of(server)
    return [call.get("output") for call in run["calls"]]


class Kaputt(Exception):
    """A mistake in the user's program."""


def waiting(action: Any) -> dict[str, Any]:
    """A run that waits for this action."""
    return {**RUN, "status": "requires_action", "required_action": action}


def calls(*named: dict[str, Any]) -> dict[str, Any]:
    """The action of a run that waits for these calls."""
    return {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": list(named)}}


def call(id_: Any = "c1", arguments: Any = '{"city": "北京"}', **more: Any) -> dict[str, Any]:
    function = {"name": "get_weather", "arguments": arguments, **more}
    return {"id": id_, "type": "function", "function": function}
