"""Clients with spans that are kept, and the ways to carry out a run with tools."""

from __future__ import annotations

from typing import Any

from appbuilder_assistants.telemetry import OpenTelemetry
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE

EXPORTER = InMemorySpanExporter()
PROVIDER = TracerProvider()
PROVIDER.add_span_processor(SimpleSpanProcessor(EXPORTER))


def spans() -> list[ReadableSpan]:
    return list(EXPORTER.get_finished_spans())


def traced(harness: ClientHarness, url: str, token: str = "secret-key") -> Any:
    return harness.client(token, url, retry=AT_ONCE, event_hooks=[OpenTelemetry(PROVIDER)])


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
