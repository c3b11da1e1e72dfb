"""The trace of a run with tools."""

from __future__ import annotations

from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants.telemetry import OpenTelemetry
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.trace import SpanKind

from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE
from tests.clients.telemetry.spans import EXPORTER, PROVIDER, WAYS, spans, traced
from tests.clients.tools import QUESTION, asks, get_weather, named, rounds


@pytest.mark.parametrize("way", WAYS)
def test_a_run_with_tools_is_one_trace(
    harness: ClientHarness, server: appbuilder_mock.Running, way: str
) -> None:
    """One span for the whole, with its agent's name; in it calls and tools, in these yours."""
    server.script(rounds(asks("北京", "上海"), asks("广州")))
    client = traced(harness, server.url, server.token)
    assistant = client.assistants.create("天气助手")
    EXPORTER.clear()

    @named
    def weather(city: str) -> str:
        with PROVIDER.get_tracer("user").start_as_current_span(f"查 {city}"):
            return "晴"

    with PROVIDER.get_tracer("user").start_as_current_span("用户"):
        run = WAYS[way](client.threads.runs, assistant.id, thread=QUESTION, tools=[weather])

    *_, whole, users = spans()
    assert users.name == "用户"
    assert (whole.name, whole.kind) == ("invoke_agent 天气助手", SpanKind.CLIENT)
    attributes = dict(whole.attributes or {})
    assert attributes["appbuilder.operation"] == "run_with_tools"
    assert attributes["gen_ai.operation.name"] == "invoke_agent"
    assert attributes["gen_ai.agent.id"] == assistant.id
    assert attributes["gen_ai.agent.name"] == "天气助手"
    assert attributes["appbuilder.run_id"] == run.id
    assert attributes["server.address"] == "127.0.0.1"
    assert attributes["gen_ai.conversation.id"] == run.thread_id
    assert attributes["gen_ai.response.finish_reasons"] == ("completed",)
    assert len({span.context.trace_id for span in spans()}) == 1
    assert [span.name for span in spans()].count("invoke_agent 天气助手") == 1
    assert below(users) == ["invoke_agent 天气助手"]
    parts = below(whole)
    assert parts.count("execute_tool get_weather") == 3
    calls = set(parts) - {"execute_tool get_weather"}
    assert "createRun" in calls
    assert calls <= {"createRun", "submitToolOutputs", "queryRun", "listMessages"}
    tools = [span for span in spans() if span.name.startswith("execute_tool")]
    assert sorted(name for span in tools for name in below(span)) == [
        "查 上海",
        "查 北京",
        "查 广州",
    ]
    assert {span.kind for span in tools} == {SpanKind.INTERNAL}
    reported = dict(tools[0].attributes or {})
    assert reported["gen_ai.operation.name"] == "execute_tool"
    assert (reported["gen_ai.tool.name"], reported["gen_ai.tool.type"]) == (
        "get_weather",
        "function",
    )
    assert str(reported["gen_ai.tool.call.id"]).startswith("call")
    assert sorted(str((span.attributes or {})["appbuilder.tool_round"]) for span in tools) == list(
        "112"
    )
    assert {(span.attributes or {})["gen_ai.conversation.id"] for span in tools} == {run.thread_id}


def below(parent: ReadableSpan) -> list[str]:
    """The names of the spans directly within one."""
    return [
        span.name
        for span in spans()
        if span.parent is not None and span.parent.span_id == parent.context.span_id
    ]


@pytest.mark.parametrize("way", WAYS)
def test_a_tool_that_fails_is_in_the_trace(
    harness: ClientHarness, server: appbuilder_mock.Running, way: str
) -> None:
    """Its span and the whole's are errors; the cancelling is part of the whole."""
    server.script(rounds(asks("北京")))
    client = traced(harness, server.url, server.token)
    assistant = client.assistants.create("a")
    EXPORTER.clear()

    @named
    def weather(city: str) -> str:
        raise ZeroDivisionError("坏了")

    with pytest.raises(ZeroDivisionError):
        WAYS[way](client.threads.runs, assistant.id, thread=QUESTION, tools=[weather])

    [whole] = [span for span in spans() if span.parent is None]
    failed = [span for span in spans() if (span.attributes or {}).get("error.type")]
    names = {"execute_tool get_weather", "invoke_agent a"}
    # The stream that the function's failure closes is a failed call, too.
    assert names <= {span.name for span in failed} <= names | {"createRun"}
    assert whole in failed
    assert whole.status.description == "坏了"
    assert "cancelRun" in below(whole)


def test_two_runs_are_two_traces(harness: ClientHarness, server: appbuilder_mock.Running) -> None:
    """Also when they are carried out at the same time."""
    server.script(rounds(asks("北京")))
    client = traced(harness, server.url, server.token)
    assistant = client.assistants.create("a")
    EXPORTER.clear()

    def run() -> Any:
        return client.threads.runs.run_with_tools(
            assistant.id, thread=QUESTION, tools=[get_weather]
        )

    harness.together([run, run])

    wholes = [span for span in spans() if span.parent is None]
    assert len(wholes) == 2
    assert [below(span).count("execute_tool get_weather") for span in wholes] == [1, 1]


class AtStart(SpanProcessor):
    """The attributes of a span at its start, which are all that a sampler sees."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, Any]]] = []

    def on_start(self, span: Any, parent_context: Any = None) -> None:
        self.seen.append((span.name, dict(span.attributes or {})))


@pytest.mark.parametrize("way", WAYS)
def test_attributes_of_a_span_from_its_start(
    harness: ClientHarness, server: appbuilder_mock.Running, way: str
) -> None:
    """The thread as the conversation, the agent's name and id, and the server."""
    server.script(rounds(asks("北京")))
    at_start = AtStart()
    provider = TracerProvider()
    provider.add_span_processor(at_start)
    hook = OpenTelemetry(provider, agent_names={"other": "别的"})
    client = harness.client(server.token, server.url, retry=AT_ONCE, event_hooks=[hook])
    assistant = client.assistants.create("天气助手")
    thread = client.threads.create([{"role": "user", "content": "天气怎么样？"}])

    WAYS[way](client.threads.runs, assistant.id, thread.id, tools=[get_weather])

    [whole] = [one for name, one in at_start.seen if name == "invoke_agent 天气助手"]
    assert whole["gen_ai.conversation.id"] == thread.id
    assert whole["gen_ai.agent.id"] == assistant.id
    assert whole["gen_ai.agent.name"] == "天气助手"
    assert whole["server.port"] == int(server.url.rpartition(":")[2])
