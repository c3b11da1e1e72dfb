"""Texts of runs: captured only for those who ask for them."""

from __future__ import annotations

import json
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants.hooks import ContentRecorded
from opentelemetry.sdk.trace import ReadableSpan

from tests.clients.client_harness import ClientHarness
from tests.clients.telemetry.spans import WAYS, spans, traced
from tests.clients.tools import QUESTION, QUESTION_TEXT, asks, get_weather, named, rounds

CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
CONTENT = ("北京", "晴", "天气", "你是助手")


def content_of(harness: ClientHarness, server: appbuilder_mock.Running, way: str) -> ReadableSpan:
    """The span of a run with every kind of content."""
    server.script(rounds(asks("北京")))
    client = traced(harness, server.url, server.token)
    assistant = client.assistants.create("a", instructions="你是助手")
    WAYS[way](
        client.threads.runs,
        assistant.id,
        thread=QUESTION,
        tools=[get_weather],
        instructions="你是助手",
    )
    [whole] = [span for span in spans() if span.name == "invoke_agent a"]
    return whole


@pytest.mark.parametrize("value", [None, "", "false", "NO_CONTENT", "EVENT_ONLY"])
def test_content_is_not_captured_unless_asked_for(
    harness: ClientHarness,
    server: appbuilder_mock.Running,
    monkeypatch: pytest.MonkeyPatch,
    value: str | None,
) -> None:
    if value is None:
        monkeypatch.delenv(CAPTURE, raising=False)
    else:
        monkeypatch.setenv(CAPTURE, value)

    content_of(harness, server, "a stream")

    reported = "".join(str(span.to_json(indent=None)) for span in spans())
    reported = json.dumps(reported).encode().decode("unicode_escape")
    assert [said for said in CONTENT if said in reported or ascii(said)[1:-1] in reported] == []


@pytest.mark.parametrize("value", ["true", "SPAN_ONLY", "span_and_event"])
@pytest.mark.parametrize("way", WAYS)
def test_content_by_the_standard_variable(
    harness: ClientHarness,
    server: appbuilder_mock.Running,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
    value: str,
) -> None:
    """The texts asked, answered, described, passed to functions and returned, without the token."""
    monkeypatch.setenv(CAPTURE, value)

    said = dict(content_of(harness, server, way).attributes or {})

    def read(name: str) -> Any:
        return json.loads(str(said[name]))

    assert read("gen_ai.input.messages") == [
        {"role": "user", "parts": [{"type": "text", "content": QUESTION_TEXT}]}
    ]
    [output] = read("gen_ai.output.messages")
    assert (output["role"], output["finish_reason"]) == ("assistant", "stop")
    assert "北京：晴" in output["parts"][0]["content"]
    assert read("gen_ai.system_instructions") == [{"type": "text", "content": "你是助手"}]
    [definition] = read("gen_ai.tool.definitions")
    assert (definition["type"], definition["name"]) == ("function", "get_weather")
    [tool] = [span for span in spans() if span.name == "execute_tool get_weather"]
    reported = dict(tool.attributes or {})
    assert json.loads(str(reported["gen_ai.tool.call.arguments"])) == {"city": "北京"}
    assert reported["gen_ai.tool.call.result"] == "北京：晴"


def test_other_hooks_get_no_content(harness: ClientHarness) -> None:
    """Only one that asks for it, and a token that a tool repeats is hidden."""
    token = "secret-token-0123456789"

    @named
    def weather(city: str) -> str:
        return f"{city}：{token}"

    class Captures(list[Any]):
        captures_content = True

        def __call__(self, event: Any) -> None:
            self.append(event)

    plain: list[Any] = []
    captures = Captures()
    with appbuilder_mock.running(token=token) as server:
        server.script(rounds(asks("北京")))
        client = harness.client(token, server.url, event_hooks=[plain.append, captures])
        assistant = client.assistants.create("a")
        client.threads.runs.run_with_tools(assistant.id, thread=QUESTION, tools=[weather])

    assert not any(isinstance(event, ContentRecorded) for event in plain)
    recorded = [event for event in captures if isinstance(event, ContentRecorded)]
    assert {event.kind for event in recorded} >= {"request", "arguments", "result"}
    assert "北京：***" in [event.content for event in recorded]
    assert not any("北京" in repr(event) or token in event.content for event in recorded)
