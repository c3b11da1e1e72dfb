"""Spans, as OpenTelemetry's own SDK records them."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from appbuilder_assistants import NotFoundError
from appbuilder_assistants.telemetry import OpenTelemetry
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from tests.clients.bodies import RUN, STREAM, framed, stream_of
from tests.clients.both import Async, Sync
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import answer

EXPORTER = InMemorySpanExporter()
PROVIDER = TracerProvider()
PROVIDER.add_span_processor(SimpleSpanProcessor(EXPORTER))


@pytest.fixture(autouse=True)
def _forget() -> None:
    EXPORTER.clear()


def spans() -> list[ReadableSpan]:
    return list(EXPORTER.get_finished_spans())


def traced(world: Sync | Async, url: str) -> Any:
    return world.client("secret-key", url, retry=AT_ONCE, event_hooks=[OpenTelemetry(PROVIDER)])


def test_a_run_is_an_invoked_agent(world: Sync | Async, serve: Serve) -> None:
    """Named and described by the conventions, with the retry it took."""
    sent = [
        answer({}, "429 Too Many Requests", retry_after="0"),
        answer({**RUN, "model": "ERNIE"}, x_appbuilder_request_id="req_1"),
    ]
    server = serve(lambda exchange: exchange.send(sent.pop(0)))

    traced(world, server.url).threads.runs.run("asst_助手", "t", model="ERNIE-4")

    [span] = spans()
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
