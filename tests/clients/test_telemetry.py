"""Spans, as OpenTelemetry's own SDK records them."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import ApiConnectionError, NotFoundError, RetryPolicy
from appbuilder_assistants.telemetry import OpenTelemetry
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from tests.clients.bodies import RUN, STREAM, framed, stream_of
from tests.clients.both import Async, Sync
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import answer
from tests.clients.tools import QUESTION, asks, get_weather, named, rounds

EXPORTER = InMemorySpanExporter()
PROVIDER = TracerProvider()
PROVIDER.add_span_processor(SimpleSpanProcessor(EXPORTER))


@pytest.fixture(autouse=True)
def _forget() -> None:
    EXPORTER.clear()


def spans() -> list[ReadableSpan]:
    return list(EXPORTER.get_finished_spans())


def traced(world: Sync | Async, url: str, token: str = "secret-key") -> Any:
    return world.client(token, url, retry=AT_ONCE, event_hooks=[OpenTelemetry(PROVIDER)])


def test_a_run_is_an_invoked_agent(world: Sync | Async, serve: Serve) -> None:
    """Named and described by the conventions, with the retry it took."""
    sent = [
        answer({}, "429 Too Many Requests", retry_after="0"),
        answer({**RUN, "model": "ERNIE"}, x_appbuilder_request_id="req_1"),
    ]
    server = serve(lambda exchange: exchange.send(sent.pop(0)))

    traced(world, server.url).threads.runs.run("asst_助手", "t", model="ERNIE-4")

    [span] = spans()
    assert span.parent is None
    assert (span.name, span.kind) == ("invoke_agent", SpanKind.CLIENT)
    assert dict(span.attributes or {}) == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": "baidu.appbuilder",
        "gen_ai.agent.id": "asst_助手",
        "gen_ai.conversation.id": "t",
        "gen_ai.request.model": "ERNIE-4",
        "gen_ai.response.id": "run_1",
        "gen_ai.response.model": "ERNIE",
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
    assert [event.name for event in span.events] == ["retry"]
    assert span.status.is_unset
    assert "secret-key" not in span.to_json()


def test_a_failure_is_one(world: Sync | Async, serve: Serve) -> None:
    """The span of a call that raises says what."""
    server = serve(lambda exchange: exchange.send(answer({}, "404 Not Found")))

    with pytest.raises(NotFoundError):
        traced(world, server.url).threads.query("t")

    [span] = spans()
    assert span.name == "queryThread"
    assert (span.attributes or {})["error.type"] == "NotFoundError"
    assert not span.status.is_ok
    assert str(span.status.description).startswith("404")


def test_a_stream_is_one_span(world: Sync | Async, serve: Serve) -> None:
    """From its request to its end; the caller's own span is its parent."""
    server = serve(lambda exchange: exchange.send(framed(STREAM)["length"]))
    client = traced(world, server.url)

    with PROVIDER.get_tracer("user").start_as_current_span("用户"):
        for _ in stream_of(client):
            assert spans() == []

    call, users = spans()
    assert (call.name, users.name) == ("invoke_agent", "用户")
    assert call.parent is not None
    assert call.parent.span_id == users.context.span_id


def test_an_assistant_is_a_created_agent(
    world: Sync | Async, server: appbuilder_mock.Running
) -> None:
    """Its name is in the request, its id in the answer."""
    created = traced(world, server.url, server.token).assistants.create("天气助手", model="ERNIE")

    [span] = spans()
    assert (span.name, span.kind) == ("create_agent 天气助手", SpanKind.CLIENT)
    attributes = dict(span.attributes or {})
    assert attributes["gen_ai.operation.name"] == "create_agent"
    assert attributes["gen_ai.agent.name"] == "天气助手"
    assert attributes["gen_ai.agent.id"] == created.id
    assert attributes["gen_ai.request.model"] == "ERNIE"
    assert attributes["server.address"] == "127.0.0.1"


def test_the_port_of_a_scheme(world: Sync | Async) -> None:
    """It is told where the address does not name it."""
    client = traced(world, "https://127.0.0.1/team").with_options(retry=RetryPolicy(attempts=1))
    with pytest.raises(ApiConnectionError):
        client.threads.query("t")

    [span] = spans()
    assert (span.attributes or {})["server.port"] == 443


WAYS = {
    "in one call": lambda runs, *args, **more: runs.run_with_tools(*args, **more),
    "a stream": lambda runs, *args, **more: left(runs.stream_run_with_tools(*args, **more)),
    "a stream without with": lambda runs, *args, **more: runs.stream_run_with_tools(
        *args, **more
    ).final_run(),
    "two streams": lambda runs, *args, **more: left(
        runs.stream_run_with_tools(*args, **more, continuation="tool_output")
    ),
}


def left(stream: Any) -> Any:
    """The final run of a stream that was entered and left."""
    with stream:
        return stream.final_run()


@pytest.mark.parametrize("way", WAYS)
def test_a_run_with_tools_is_one_trace(
    world: Sync | Async, server: appbuilder_mock.Running, way: str
) -> None:
    """One span for the whole; in it calls and rounds, in these the tools, in these yours."""
    server.script(rounds(asks("北京", "上海"), asks("广州")))
    client = traced(world, server.url, server.token)
    assistant = client.assistants.create("a")
    EXPORTER.clear()

    @named
    def weather(city: str) -> str:
        with PROVIDER.get_tracer("user").start_as_current_span(f"查 {city}"):
            return "晴"

    with PROVIDER.get_tracer("user").start_as_current_span("用户"):
        run = WAYS[way](client.threads.runs, assistant.id, thread=QUESTION, tools=[weather])

    *_, whole, users = spans()
    assert users.name == "用户"
    assert (whole.name, whole.kind) == ("invoke_agent", SpanKind.INTERNAL)
    attributes = dict(whole.attributes or {})
    assert attributes["appbuilder.operation"] == "run_with_tools"
    assert attributes["gen_ai.operation.name"] == "invoke_agent"
    assert attributes["gen_ai.agent.id"] == assistant.id
    assert attributes["gen_ai.response.id"] == run.id
    assert attributes["gen_ai.conversation.id"] == run.thread_id
    assert attributes["gen_ai.response.finish_reasons"] == ("completed",)
    assert len({span.context.trace_id for span in spans()}) == 1
    assert below(users) == ["invoke_agent"]
    parts = below(whole)
    assert parts.count("tool_round") == 2
    assert set(parts) - {"tool_round", "queryRun", "listMessages"} == {"invoke_agent"}
    first, second = (span for span in spans() if span.name == "tool_round")
    assert below(first) == ["execute_tool get_weather"] * 2
    assert below(second) == ["execute_tool get_weather"]
    tools = [span for span in spans() if span.name.startswith("execute_tool")]
    assert sorted(name for span in tools for name in below(span)) == [
        "查 上海",
        "查 北京",
        "查 广州",
    ]
    assert {span.kind for span in tools} == {SpanKind.INTERNAL}
    told = dict(tools[0].attributes or {})
    assert told["gen_ai.operation.name"] == "execute_tool"
    assert (told["gen_ai.tool.name"], told["gen_ai.tool.type"]) == ("get_weather", "function")
    assert str(told["gen_ai.tool.call.id"]).startswith("call")


def below(parent: ReadableSpan) -> list[str]:
    """The names of the spans directly within one."""
    return [
        span.name
        for span in spans()
        if span.parent is not None and span.parent.span_id == parent.context.span_id
    ]


@pytest.mark.parametrize("way", WAYS)
def test_a_tool_that_fails_is_in_the_trace(
    world: Sync | Async, server: appbuilder_mock.Running, way: str
) -> None:
    """Its span, its round's and the whole's are errors; the cancelling is part of the whole."""
    server.script(rounds(asks("北京")))
    client = traced(world, server.url, server.token)
    assistant = client.assistants.create("a")
    EXPORTER.clear()

    @named
    def weather(city: str) -> str:
        raise ZeroDivisionError("坏了")

    with pytest.raises(ZeroDivisionError):
        WAYS[way](client.threads.runs, assistant.id, thread=QUESTION, tools=[weather])

    [whole] = [span for span in spans() if span.parent is None]
    failed = [span for span in spans() if (span.attributes or {}).get("error.type")]
    names = {"execute_tool get_weather", "tool_round", "invoke_agent"}
    assert {span.name for span in failed} == names
    assert whole in failed
    assert whole.status.description == "坏了"
    assert "cancelRun" in below(whole)


def test_two_runs_are_two_traces(world: Sync | Async, server: appbuilder_mock.Running) -> None:
    """Also when they are carried out at the same time."""
    server.script(rounds(asks("北京")))
    client = traced(world, server.url, server.token)
    assistant = client.assistants.create("a")
    EXPORTER.clear()

    def run() -> Any:
        return client.threads.runs.run_with_tools(
            assistant.id, thread=QUESTION, tools=[get_weather]
        )

    world.together([run, run])

    wholes = [span for span in spans() if span.parent is None]
    assert len(wholes) == 2
    assert [below(span).count("tool_round") for span in wholes] == [1, 1]


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
