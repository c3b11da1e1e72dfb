"""The deadline of a stream with tools: plain or followed by another stream."""

from __future__ import annotations

import threading
import time
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import DeadlineExceededError
from appbuilder_mock.scenarios import Fault, Match, Pause, Reply, Rule

from tests.clients.raw_server import PATIENCE
from tests.clients.tools import CONTINUATIONS, asks, ends_of, get_weather, named, rounds


@pytest.mark.parametrize("continuation", CONTINUATIONS)
def test_the_deadline_bounds_tools_and_stream(
    stream: Any, client: Any, server: appbuilder_mock.Running, continuation: str
) -> None:
    """It is that of the whole stream, also of one that follows another; the run is cancelled."""
    server.script(Rule(tool_rounds=[asks("北京")], reply=Reply("{outputs}", first_delay=PATIENCE)))
    begun = time.monotonic()
    late = stream(get_weather, continuation=continuation, deadline=0.8)

    with pytest.raises(DeadlineExceededError) as caught:
        list(late)

    assert 0.8 <= time.monotonic() - begun < PATIENCE  # which the server takes
    assert caught.value.cancelled
    assert caught.value.run_id == late.snapshot.run_id
    assert ends_of(server, client) == ["cancelled"]


@pytest.mark.parametrize("late", ["submitToolOutputs", "the tool"])
def test_the_deadline_names_the_run(
    stream: Any, server: appbuilder_mock.Running, late: str
) -> None:
    """Also when it passes between two streams: the events before have named the run."""
    pause = Rule(match=Match(operation="submitToolOutputs"), fault=Fault(pause=Pause(PATIENCE)))
    server.script(pause, rounds(asks("北京")))

    @named
    def weather(city: str) -> str:
        threading.Event().wait(PATIENCE if late == "the tool" else 0)
        return city

    overdue = stream(weather, continuation="submit_tool_outputs", deadline=1.0)
    with pytest.raises(DeadlineExceededError) as caught:
        list(overdue)

    assert caught.value.run_id == overdue.snapshot.run_id is not None
    assert caught.value.thread_id == overdue.snapshot.thread_id


def test_a_stream_that_follows_another_has_no_new_deadline(
    stream: Any, server: appbuilder_mock.Running
) -> None:
    """The deadline counts from the beginning of the first one."""
    server.script(Rule(tool_rounds=[asks("北京")], reply=Reply("{outputs}", first_delay=PATIENCE)))

    begun = []

    @named
    def weather(city: str) -> str:
        begun.append(time.monotonic())
        threading.Event().wait(1.8)
        return city

    with pytest.raises(DeadlineExceededError):
        list(stream(weather, continuation="tool_output", deadline=2.0))

    # A new deadline would be 2 seconds from the tool's end.
    assert time.monotonic() - begun[0] < 3.8
