"""Spans and metrics, as OpenTelemetry's own SDK records them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import ApiConnectionError, NotFoundError, RetryPolicy
from appbuilder_assistants.hooks import ContentRecorded
from appbuilder_assistants.telemetry import OpenTelemetry
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from tests.clients.bodies import RUN, STREAM, framed, stream_of
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import answer
from tests.clients.tools import QUESTION, QUESTION_TEXT, asks, get_weather, named, rounds

EXPORTER = InMemorySpanExporter()
CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
PROVIDER = TracerProvider()
PROVIDER.add_span_processor(SimpleSpanProcessor(EXPORTER))


@pytest.fixture(autouse=True)
def _forget() -> None:
    EXPORTER.clear()


def spans() -> list[ReadableSpan]:
    return list(EXPORTER.get_finished_spans())


def traced(harness: ClientHarness, url: str, token: str = "secret-key") -> Any:
    return harness.client(token, url, retry=AT_ONCE, event_hooks=[OpenTelemetry(PROVIDER)])


def test_a_wait_for_a_turn_is_in_the_span(harness: ClientHarness, serve: Serve) -> None:
    server = serve(lambda exchange: exchange.send(answer(RUN)))
    client = harness.client(
        "secret-key", server.url, rate_limit=0.8, event_hooks=[OpenTelemetry(PROVIDER)]
    )

    for _ in "12":
        client.threads.runs.query("t", "run_1")

    [event] = [event for span in spans() for event in span.events]
    assert event.name == "turn awaited"
    assert 0 < float(str((event.attributes or {})["seconds"])) <= 1.26  # a window is 1.251 s


def test_a_run_is_an_invoked_agent(harness: ClientHarness, serve: Serve) -> None:
    """Named and described by the conventions, with the retry it took."""
    sent = [
        answer({}, "429 Too Many Requests", retry_after="0"),
        answer({**RUN, "model": "ERNIE"}, x_appbuilder_request_id="req_1"),
    ]
    server = serve(lambda exchange: exchange.send(sent.pop(0)))

    traced(harness, server.url).threads.runs.run("asst_助手", "t", model="ERNIE-4")

    [span] = spans()
    assert span.parent is None
    assert (span.name, span.kind) == ("invoke_agent", SpanKind.CLIENT)
    assert dict(span.attributes or {}) == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": "baidu.appbuilder",
        "gen_ai.agent.id": "asst_助手",
        "gen_ai.conversation.id": "t",
        "gen_ai.request.model": "ERNIE-4",
        "appbuilder.run_id": "run_1",
        "gen_ai.response.finish_reasons": ("completed",),
        "http.request.method": "POST",
        "url.path": "/v2/threads/runs",
        "server.address": "127.0.0.1",
        "server.port": int(server.url.rpartition(":")[2]),
        "http.response.status_code": 200,
        "http.request.resend_count": 1,
        "appbuilder.operation": "createRun",
        "appbuilder.request_id": "req_1",
    }
    # The slower rate has the retry wait for a turn, which has come where the machine is slower.
    names = [event.name for event in span.events if event.name != "turn awaited"]
    assert names == ["rate limit", "retry"]
    assert span.status.is_unset
    assert "secret-key" not in span.to_json()


def test_a_failure_is_one(harness: ClientHarness, serve: Serve) -> None:
    """The span of a call that raises has the error."""
    server = serve(lambda exchange: exchange.send(answer({}, "404 Not Found")))

    with pytest.raises(NotFoundError):
        traced(harness, server.url).threads.query("t")

    [span] = spans()
    assert span.name == "queryThread"
    assert (span.attributes or {})["error.type"] == "NotFoundError"
    assert not span.status.is_ok
    assert str(span.status.description).startswith("404")


def test_a_stream_is_one_span(harness: ClientHarness, serve: Serve) -> None:
    """From its request to its end; the caller's own span is its parent."""
    server = serve(lambda exchange: exchange.send(framed(STREAM)["length"]))
    client = traced(harness, server.url)

    with PROVIDER.get_tracer("user").start_as_current_span("用户"):
        for _ in stream_of(client):
            assert spans() == []

    call, users = spans()
    assert (call.name, users.name) == ("invoke_agent", "用户")
    assert call.parent is not None
    assert call.parent.span_id == users.context.span_id


def test_an_assistant_is_a_created_agent(
    harness: ClientHarness, server: appbuilder_mock.Running
) -> None:
    """Its name is in the request, its id in the answer."""
    created = traced(harness, server.url, server.token).assistants.create("天气助手", model="ERNIE")

    [span] = spans()
    assert (span.name, span.kind) == ("create_agent 天气助手", SpanKind.CLIENT)
    attributes = dict(span.attributes or {})
    assert attributes["gen_ai.operation.name"] == "create_agent"
    assert attributes["gen_ai.agent.name"] == "天气助手"
    assert attributes["gen_ai.agent.id"] == created.id
    assert attributes["gen_ai.request.model"] == "ERNIE"
    assert attributes["server.address"] == "127.0.0.1"


def test_the_port_of_a_scheme(harness: ClientHarness) -> None:
    """It is given when the address does not name it."""
    client = traced(harness, "https://127.0.0.1/team").with_options(retry=RetryPolicy(attempts=1))
    with pytest.raises(ApiConnectionError):
        client.threads.query("t")

    [span] = spans()
    assert (span.attributes or {})["server.port"] == 443


WAYS = {
    "in one call": lambda runs, *args, **more: runs.run_with_tools(*args, **more),
    "a stream": lambda runs, *args, **more: final_run_of(runs.stream_run_with_tools(*args, **more)),
    "a stream without with": lambda runs, *args, **more: runs.stream_run_with_tools(
        *args, **more
    ).final_run(),
    "two streams": lambda runs, *args, **more: final_run_of(
        runs.stream_run_with_tools(*args, **more, continuation="tool_output")
    ),
}


def final_run_of(stream: Any) -> Any:
    """The final run of a stream that was entered and left."""
    with stream:
        return stream.final_run()


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


@pytest.mark.parametrize("known", ["looked up", "listed", "given"])
def test_how_an_agents_name_is_known(
    harness: ClientHarness, server: appbuilder_mock.Running, known: str
) -> None:
    """A run names its assistant by id; the hook knows the name from what it saw, or was given."""
    maker = harness.client(server.token, server.url)
    made = maker.assistants.create("天气助手")
    hook = OpenTelemetry(PROVIDER, agent_names={made.id: "天气助手"} if known == "given" else None)
    client = harness.client(server.token, server.url, event_hooks=[hook])
    if known == "looked up":
        client.assistants.query(made.id)
    if known == "listed":
        client.assistants.list()

    client.threads.runs.run(made.id, thread=QUESTION)

    assert spans()[-1].name == "invoke_agent 天气助手"


def test_a_loop_of_your_own_is_one_agent(
    harness: ClientHarness, server: appbuilder_mock.Running
) -> None:
    """Continuing a run is a plain call, by either continuation."""
    server.script(rounds(asks("北京"), asks("上海")))
    client = traced(harness, server.url, server.token)
    assistant = client.assistants.create("a")
    runs = client.threads.runs
    EXPORTER.clear()

    first = runs.run(assistant.id, thread=QUESTION, tools=[get_weather])
    [call] = first.required_action.submit_tool_outputs.tool_calls
    output = {"tool_call_id": call.id, "output": "晴", "run_id": first.id}
    second = runs.run(assistant.id, first.thread_id, tools=[get_weather], tool_output=output)
    [call] = second.required_action.submit_tool_outputs.tool_calls
    runs.submit_tool_outputs(first.id, first.thread_id, [{"tool_call_id": call.id, "output": "雨"}])

    assert [span.name for span in spans()] == ["invoke_agent a", "createRun", "submitToolOutputs"]
    assert {(span.attributes or {})["appbuilder.run_id"] for span in spans()} == {first.id}


def measured(reader: InMemoryMetricReader) -> dict[str, list[Any]]:
    """The points of each histogram."""
    data = reader.get_metrics_data()
    return {
        metric.name: list(metric.data.data_points)
        for resource in (data.resource_metrics if data else ())
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }


@pytest.mark.parametrize("way", WAYS)
def test_durations_are_measured(
    harness: ClientHarness, server: appbuilder_mock.Running, way: str
) -> None:
    """One for the agent that is made, one for the run, one for each function; in seconds."""
    server.script(rounds(asks("北京", "上海")))
    reader = InMemoryMetricReader()
    hook = OpenTelemetry(PROVIDER, meter_provider=MeterProvider([reader]))
    client = harness.client(server.token, server.url, retry=AT_ONCE, event_hooks=[hook])
    assistant = client.assistants.create("a", model="ERNIE")

    WAYS[way](client.threads.runs, assistant.id, thread=QUESTION, tools=[get_weather])

    found = measured(reader)
    by_operation = {
        point.attributes["gen_ai.operation.name"]: point
        for point in found["gen_ai.client.operation.duration"]
    }
    assert set(by_operation) == {"create_agent", "invoke_agent"}
    run = by_operation["invoke_agent"]
    assert run.count == 1
    assert 0 < run.sum < 60
    assert list(run.explicit_bounds[:3]) == [0.01, 0.02, 0.04]
    assert run.attributes["gen_ai.provider.name"] == "baidu.appbuilder"
    assert run.attributes["server.address"] == "127.0.0.1"
    assert by_operation["create_agent"].attributes["gen_ai.request.model"] == "ERNIE"
    [tools] = found["gen_ai.execute_tool.duration"]
    assert (tools.count, tools.attributes["gen_ai.tool.name"]) == (2, "get_weather")
    chunks = found.get("gen_ai.client.operation.time_to_first_chunk", [])
    assert [point.count for point in chunks] == ([] if way == "in one call" else [1])
    for point in chunks:
        assert 0 < point.sum <= run.sum
        assert point.attributes["gen_ai.operation.name"] == "invoke_agent"


def test_a_failure_is_measured(harness: ClientHarness, serve: Serve) -> None:
    """With its kind; a call that is no operation of a model's is not measured."""
    server = serve(lambda exchange: exchange.send(answer({}, "404 Not Found")))
    reader = InMemoryMetricReader()
    hook = OpenTelemetry(PROVIDER, meter_provider=MeterProvider([reader]))
    client = harness.client("secret-key", server.url, event_hooks=[hook])

    for call in (lambda: client.threads.query("t"), lambda: client.threads.runs.run("a", "t")):
        with pytest.raises(NotFoundError):
            call()

    [point] = measured(reader)["gen_ai.client.operation.duration"]
    assert (point.count, point.attributes["error.type"]) == (1, "NotFoundError")


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


def test_nothing_is_traced_by_itself() -> None:
    """Neither importing the package nor making a client imports OpenTelemetry."""
    program = (
        "import sys; from appbuilder_assistants import AppBuilder; AppBuilder('k'); "
        "sys.exit('opentelemetry' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 0


def test_without_the_extra() -> None:
    """The error says what to install."""
    program = (
        "import sys; sys.modules['opentelemetry'] = None\nimport appbuilder_assistants.telemetry"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert 'pip install "appbuilder-assistants[opentelemetry]"' in done.stderr
