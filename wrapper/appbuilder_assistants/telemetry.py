"""Spans and metrics for OpenTelemetry, by its semantic conventions for generative AI.

    pip install "appbuilder-assistants[opentelemetry]"

    client = AppBuilder(event_hooks=[OpenTelemetry()])

Nothing is traced unless a client has this hook. A run is one span, `invoke_agent NAME`, with tools
or without; a new assistant is `create_agent NAME`; any other call has its operationId. Below the
span of a run with tools are those of its functions, `execute_tool NAME`, and of its calls. The
metrics are `gen_ai.client.operation.duration`, `gen_ai.client.operation.time_to_first_chunk` and
`gen_ai.execute_tool.duration`.

Spans hold ids, an assistant's name, and other content only where an error quotes it; or all
content, if `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` is `true`, `SPAN_ONLY` or
`SPAN_AND_EVENT`. (The conventions are those of open-telemetry/semantic-conventions-genai, which are
in development.)
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextvars import Token
from dataclasses import dataclass
from threading import Lock
from typing import Any

try:
    from opentelemetry import context, metrics, trace
except ImportError as error:
    raise ImportError(
        "appbuilder_assistants.telemetry needs opentelemetry-api: "
        'pip install "appbuilder-assistants[opentelemetry]"'
    ) from error

from ._instrumentation import genai_conventions as genai
from ._version import __version__
from .hooks import (
    AttemptFinished,
    CallFinished,
    CallStarted,
    ContentRecorded,
    FirstEventReceived,
    HookEvent,
    RateLimitChanged,
    RetryScheduled,
    ToolFinished,
    ToolRoundFinished,
    ToolRoundStarted,
    ToolStarted,
    TurnAwaited,
)

__all__ = ["OpenTelemetry"]

CAPTURE_CONTENT = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
MAX_NAMES = 1_000  # of assistants; the oldest are dropped first

# The attributes of a call's or a tool's span that its metrics have, too.
MEASURED = (
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "server.address",
    "server.port",
)
MEASURED_OF_TOOLS = ("gen_ai.tool.name", "gen_ai.tool.type")
DURATION = "gen_ai.client.operation.duration"
FIRST_CHUNK = "gen_ai.client.operation.time_to_first_chunk"
TOOL_DURATION = "gen_ai.execute_tool.duration"
BUCKETS = {
    DURATION: [0.01 * 2**n for n in range(14)],
    FIRST_CHUNK: [
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
    ],
    TOOL_DURATION: [0.01 * 2**n for n in range(14)],
}  # fmt: skip


@dataclass
class _OpenSpan:
    """A span that has begun; `kind` is its `gen_ai.operation.name`, "" for a plain call."""

    span: trace.Span
    kind: str
    measured: dict[str, Any]
    parent_id: int | None = None
    token: Token[context.Context] | None = None
    has_chunk: bool = False
    output: str = ""


class OpenTelemetry:
    """An event hook that makes a span of every call, run and tool, and measures them.

    The providers are the global ones if they are None; without any that is set up, spans and
    measurements go nowhere. A run's request has only its assistant's id: the name is known if this
    hook saw the assistant made, changed or looked up, or by `agent_names` (id to name).
    """

    def __init__(
        self,
        tracer_provider: trace.TracerProvider | None = None,
        *,
        meter_provider: metrics.MeterProvider | None = None,
        agent_names: Mapping[str, str] | None = None,
    ) -> None:
        self._tracer = trace.get_tracer("appbuilder_assistants", __version__, tracer_provider)
        meter = metrics.get_meter("appbuilder_assistants", __version__, meter_provider)
        self._histograms = {name: _histogram(meter, name) for name in BUCKETS}
        self.captures_content = _captures_content(os.environ.get(CAPTURE_CONTENT, ""))
        self._given_names = dict(agent_names or {})
        self._lock = Lock()  # for the names: single operations on a dict need none
        self._names: dict[str, str] = {}
        self._open: dict[int, _OpenSpan] = {}
        self._rounds: dict[int, ToolRoundStarted] = {}
        self._handlers: dict[type, Callable[[Any], object]] = {
            CallStarted: self._start_call,
            AttemptFinished: self._attempt,
            RetryScheduled: self._retry,
            RateLimitChanged: self._rate,
            TurnAwaited: self._turn,
            FirstEventReceived: self._first_chunk,
            ContentRecorded: self._content,
            CallFinished: self._finish_call,
            ToolRoundStarted: self._start_round,
            ToolRoundFinished: lambda event: self._rounds.pop(event.call_id, None),
            ToolStarted: self._start_tool,
            ToolFinished: self._finish_tool,
        }

    def __call__(self, event: HookEvent) -> None:
        self._handlers[type(event)](event)

    def _start_call(self, event: CallStarted) -> None:
        agent = event.ids.get("name") or self._agent_name(event.ids.get("assistant_id", ""))
        name, attributes = genai.call_attributes(event, agent)
        self._start(event.call_id, name, trace.SpanKind.CLIENT, attributes, event.parent_id)

    def _attempt(self, event: AttemptFinished) -> None:
        span = self._span(event.call_id)
        if event.status_code is not None:
            span.set_attribute("http.response.status_code", event.status_code)
        if event.attempt > 1:
            span.set_attribute("http.request.resend_count", event.attempt - 1)
        if event.request_id is not None:
            span.set_attribute("appbuilder.request_id", event.request_id)

    def _retry(self, event: RetryScheduled) -> None:
        self._span(event.call_id).add_event("retry", {"seconds": event.seconds})

    def _rate(self, event: RateLimitChanged) -> None:
        rate = "none" if event.calls_per_second is None else event.calls_per_second
        self._span(event.call_id).add_event("rate limit", {"calls_per_second": rate})

    def _turn(self, event: TurnAwaited) -> None:
        self._span(event.call_id).add_event("turn awaited", {"seconds": event.seconds})

    def _first_chunk(self, event: FirstEventReceived) -> None:
        """Measure the first of a run: a run with tools may have several streams."""
        one = self._open.get(event.call_id)
        if one is not None and one.parent_id is not None:
            one = self._open.get(one.parent_id)
        if one is not None and one.kind and not one.has_chunk:
            one.has_chunk = True
            self._histograms[FIRST_CHUNK].record(event.seconds, one.measured)

    def _content(self, event: ContentRecorded) -> None:
        one = self._open.get(event.call_id)
        if one is None or not one.kind:
            return
        if event.kind in ("arguments", "result"):
            one.span.set_attribute(f"gen_ai.tool.call.{event.kind}", event.content)
        elif event.kind == "request":
            one.span.set_attributes(genai.request_attributes(event.content))
        else:
            one.output = event.content

    def _finish_call(self, event: CallFinished) -> None:
        """End a span with what the assistant or run in the result adds to it."""
        result: Any = event.result
        kind = getattr(result, "object", None)
        self._learn_names(result)
        if (one := self._open.get(event.call_id)) is None:
            return
        if kind == "assistant":
            one.span.set_attribute("gen_ai.agent.id", result.id)
        if kind in ("run.result", "thread.run"):
            one.span.set_attribute("appbuilder.run_id", result.id)
            one.span.set_attribute("gen_ai.response.finish_reasons", [result.status])
            if result.thread_id:
                one.span.set_attribute("gen_ai.conversation.id", result.thread_id)
            if result.model:
                one.measured["gen_ai.response.model"] = result.model
            if self.captures_content and one.kind:
                text = genai.text_of(result) or one.output
                one.span.set_attributes(genai.output_attributes(text, result.status))
        self._end(event, DURATION)

    def _start_round(self, event: ToolRoundStarted) -> None:
        """Put the run's ids on its span, for its thread may be new; a round has no span."""
        self._rounds[event.call_id] = event
        if event.parent_id is not None:
            span = self._span(event.parent_id)
            span.set_attribute("gen_ai.conversation.id", event.thread_id)
            span.set_attribute("appbuilder.run_id", event.run_id)

    def _start_tool(self, event: ToolStarted) -> None:
        around = self._rounds.get(event.round_id)
        attributes: dict[str, Any] = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.provider.name": genai.PROVIDER,
            "gen_ai.tool.name": event.name,
            "gen_ai.tool.call.id": event.tool_call_id,
            "gen_ai.tool.type": "function",
        }
        if around is not None:
            attributes["gen_ai.conversation.id"] = around.thread_id
            attributes["appbuilder.tool_round"] = around.round
        name, kind = f"execute_tool {event.name}", trace.SpanKind.INTERNAL
        parent_id = around.parent_id if around is not None else None
        one = self._start(event.call_id, name, kind, attributes, parent_id)
        one.token = context.attach(trace.set_span_in_context(one.span))

    def _finish_tool(self, event: ToolFinished) -> None:
        one = self._open.get(event.call_id)
        self._end(event, TOOL_DURATION)
        if one is not None and one.token is not None:
            context.detach(one.token)

    def _start(
        self,
        call_id: int,
        name: str,
        kind: trace.SpanKind,
        attributes: dict[str, Any],
        parent_id: int | None,
    ) -> _OpenSpan:
        """Start a span within that of `parent_id` or, if there is none, within the current one."""
        around = None if parent_id is None else self._open.get(parent_id)
        within = None if around is None else trace.set_span_in_context(around.span)
        span = self._tracer.start_span(name, within, kind, attributes)
        names = MEASURED if kind is trace.SpanKind.CLIENT else MEASURED_OF_TOOLS
        measured = {name: attributes[name] for name in names if name in attributes}
        operation = attributes.get("gen_ai.operation.name", "")
        one = self._open[call_id] = _OpenSpan(span, operation, measured, parent_id)
        return one

    def _span(self, call_id: int) -> trace.Span:
        one = self._open.get(call_id)
        return trace.INVALID_SPAN if one is None else one.span

    def _end(self, event: CallFinished | ToolFinished, histogram: str) -> None:
        one = self._open.pop(event.call_id, None)
        if one is None:
            return
        if event.error is not None:
            one.measured["error.type"] = type(event.error).__qualname__
            one.span.set_attribute("error.type", type(event.error).__qualname__)
            one.span.set_status(trace.StatusCode.ERROR, str(event.error))
        if one.kind:
            self._histograms[histogram].record(event.seconds, one.measured)
        one.span.end()

    def _agent_name(self, assistant_id: str) -> str:
        return self._given_names.get(assistant_id) or self._names.get(assistant_id, "")

    def _learn_names(self, result: Any) -> None:
        """Keep the names of the assistants in a response."""
        listed = getattr(result, "data", None)
        for one in listed if isinstance(listed, list) else [result]:
            if getattr(one, "object", None) != "assistant":
                continue
            if isinstance(one.id, str) and isinstance(one.name, str):
                with self._lock:
                    self._names.pop(one.id, None)
                    self._names[one.id] = one.name
                    while len(self._names) > MAX_NAMES:
                        del self._names[next(iter(self._names))]


def _histogram(meter: metrics.Meter, name: str) -> metrics.Histogram:
    try:
        return meter.create_histogram(
            name, unit="s", explicit_bucket_boundaries_advisory=BUCKETS[name]
        )
    except TypeError:  # before OpenTelemetry 1.30
        return meter.create_histogram(name, unit="s")


def _captures_content(value: str) -> bool:
    """Whether spans are to hold content; the variable may ask for events, which are not made."""
    return value.strip().lower() in ("true", "span_only", "span_and_event")
