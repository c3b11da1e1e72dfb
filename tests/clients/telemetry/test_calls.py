"""Spans of calls, as OpenTelemetry's own SDK records them."""

from __future__ import annotations

import subprocess
import sys

import appbuilder_mock
import pytest
from appbuilder_assistants import ApiConnectionError, NotFoundError, RetryPolicy
from appbuilder_assistants.telemetry import OpenTelemetry
from opentelemetry.trace import SpanKind

from tests.clients.bodies import RUN, STREAM, framed, stream_of
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import answer
from tests.clients.telemetry.spans import EXPORTER, PROVIDER, spans, traced
from tests.clients.tools import QUESTION, asks, get_weather, rounds


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
