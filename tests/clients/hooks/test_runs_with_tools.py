"""The events of runs with tools."""

from __future__ import annotations

from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import AppBuilder, hooks

from tests.clients.client_harness import ClientHarness
from tests.clients.tools import QUESTION, asks, get_weather, named, rounds


def test_calls_emit_events(harness: ClientHarness, server: appbuilder_mock.Running) -> None:
    """Each call of the client's begins and ends, each stream that follows another as well."""
    events: list[Any] = []
    client = harness.client(server.token, server.url, event_hooks=[events.append])
    assistant = client.assistants.create("a")
    runs = client.threads.runs

    runs.stream_run_with_tools(
        assistant.id, thread=QUESTION, tools=[get_weather], continuation="tool_output"
    ).until_done()

    begun = [event for event in events if isinstance(event, hooks.CallStarted)]
    ended = [event.call_id for event in events if isinstance(event, hooks.CallFinished)]
    _, whole, *_ = begun
    operations = ["createAssistant", "run_with_tools", "createRun", "createRun"]
    assert [event.operation for event in begun] == operations
    assert [event.parent_id for event in begun] == [None, None, whole.call_id, whole.call_id]
    assert sorted(ended) == [event.call_id for event in begun]


@pytest.mark.parametrize("in_a_stream", [False, True])
def test_calls_of_a_function_are_no_part_of_the_run(
    harness: ClientHarness, server: appbuilder_mock.Running, in_a_stream: bool
) -> None:
    """Neither a call nor another run with tools: its own calls are part of that one."""
    events: list[Any] = []
    server.script(rounds(asks("北京")))
    client = harness.client(server.token, server.url, event_hooks=[events.append])
    assistant = client.assistants.create("a")

    @named
    def weather(city: str) -> str:
        with AppBuilder(server.token, server.url, event_hooks=[events.append]) as inner:
            other = inner.assistants.create("b")
            inner.threads.runs.run_with_tools(other.id, thread=QUESTION, tools=[get_weather])
        return "晴"

    runs = client.threads.runs
    if in_a_stream:
        runs.stream_run_with_tools(assistant.id, thread=QUESTION, tools=[weather]).until_done()
    else:
        runs.run_with_tools(assistant.id, thread=QUESTION, tools=[weather])

    begun = [event for event in events if isinstance(event, hooks.CallStarted)]
    outer, inner_ = (event for event in begun if event.operation == "run_with_tools")
    assert [e.parent_id for e in begun if e.operation == "createAssistant"] == [None, None]
    assert (outer.parent_id, inner_.parent_id) == (None, None)
    parts = [event.parent_id for event in begun if event.operation == "createRun"]
    assert parts[:2] == [outer.call_id, inner_.call_id]
    assert set(parts) == {outer.call_id, inner_.call_id}
    parents = {e.parent_id for e in events if isinstance(e, hooks.ToolRoundStarted)}
    assert parents == {outer.call_id, inner_.call_id}
