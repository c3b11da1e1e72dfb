"""Spans and metrics for OpenTelemetry, by its semantic conventions for generative AI.

    pip install "appbuilder-assistants[opentelemetry]"

    client = AppBuilder(event_hooks=[OpenTelemetry()])

Nothing here is imported, and nothing is traced, unless a client is given this hook. A run is one
span, `invoke_agent NAME`, with tools or without; a new assistant is `create_agent NAME`; any other
call has its operationId. In the span of a run with tools are the functions, `execute_tool NAME`,
with their own spans below, and the calls that the run is made of. The metrics are
`gen_ai.client.operation.duration`, `gen_ai.client.operation.time_to_first_chunk` and
`gen_ai.execute_tool.duration`.

Spans hold ids, an assistant's name, and what else people wrote only where an error quotes it; or
all of it, if `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` is `true`, `SPAN_ONLY` or
`SPAN_AND_EVENT`. (The conventions are those of open-telemetry/semantic-conventions-genai, which are
in development.)
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextvars import Token
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

try:
    from opentelemetry import context, metrics, trace
except ImportError as error:
    raise ImportError(
        "appbuilder_assistants.telemetry needs opentelemetry-api: "
        'pip install "appbuilder-assistants[opentelemetry]"'
    ) from error

from ._instrumentation import genai_messages as messages
from ._version import __version__
from .hooks import (
    AttemptFinished,
    CallFinished,
    CallStarted,
    ContentRecorded,
    FirstEventReceived,
    HookEvent,
    RetryScheduled,
    ToolFinished,
    ToolRoundStarted,
    ToolStarted,
)

__all__ = ["OpenTelemetry"]

PROVIDER = "baidu.appbuilder"
RUN_WITH_TOOLS = "run_with_tools"

CAPTURE_CONTENT = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
MOST_NAMES = 1_000  # of assistants, the oldest of which are forgotten first

ATTRIBUTES = {
    "assistant_id": "gen_ai.agent.id",
    "model": "gen_ai.request.model",
    "name": "gen_ai.agent.name",
    "run_id": "appbuilder.run_id",
    "thread_id": "gen_ai.conversation.id",
}
# The attributes of a span that its metrics have, too.
MEASURED = (
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "server.address",
    "server.port",
)
BUCKETS = {
    "gen_ai.client.operation.duration": [0.01 * 2**n for n in range(14)],
    "gen_ai.client.operation.time_to_first_chunk": [
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
    ],
    "gen_ai.execute_tool.duration": [0.01 * 2**n for n in range(14)],
}  # fmt: skip


@dataclass
class _Open:
    """A span that has begun; `kind` is its `gen_ai.operation.name`, "" for a plain call."""

    span: trace.Span
    kind: str
    measured: dict[str, Any] = field(default_factory=dict)
    parent_id: int | None = None
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
        self._lock = Lock()
        self._names: dict[str, str] = {}
        self._open: dict[int, _Open] = {}
        self._rounds: dict[int, ToolRoundStarted] = {}
        self._tokens: dict[int, Token[context.Context]] = {}

    def __call__(self, event: HookEvent) -> None:
        if isinstance(event, CallStarted):
            self._call(event)
        elif isinstance(event, AttemptFinished):
            self._attempt(event)
        elif isinstance(event, RetryScheduled):
            self._span(event.call_id).add_event("retry", {"seconds": event.seconds})
        elif isinstance(event, FirstEventReceived):
            self._first_chunk(event)
        elif isinstance(event, ContentRecorded):
            self._content(event)
        elif isinstance(event, CallFinished):
            self._result(event)
        elif isinstance(event, ToolRoundStarted):
            self._round(event)
        elif isinstance(event, ToolStarted):
            self._tool(event)
        elif isinstance(event, ToolFinished):
            self._tool_result(event)
        else:
            with self._lock:
                self._rounds.pop(event.call_id, None)

    def _call(self, event: CallStarted) -> None:
        kind = _kind(event)
        attributes: dict[str, Any] = {
            "appbuilder.operation": event.operation,
            "gen_ai.provider.name": PROVIDER,
            **_server(event.gateway_url),
            **_named(event.ids),
        }
        if event.method:
            attributes |= {"http.request.method": event.method, "url.path": event.path}
        name = event.operation
        if kind:
            attributes["gen_ai.operation.name"] = kind
            agent = event.ids.get("name") or self._agent_name(event.ids.get("assistant_id", ""))
            if agent:
                attributes["gen_ai.agent.name"] = agent
            name = f"{kind} {agent}" if agent else kind
        self._start(event.call_id, name, trace.SpanKind.CLIENT, attributes, event.parent_id)

    def _attempt(self, event: AttemptFinished) -> None:
        span = self._span(event.call_id)
        if event.status_code is not None:
            span.set_attribute("http.response.status_code", event.status_code)
        if event.attempt > 1:
            span.set_attribute("http.request.resend_count", event.attempt - 1)
        if event.request_id is not None:
            span.set_attribute("appbuilder.request_id", event.request_id)

    def _first_chunk(self, event: FirstEventReceived) -> None:
        """The first of a run: a run with tools may have several streams."""
        one = self._of(event.call_id)
        if one is not None and one.parent_id is not None:
            one = self._of(one.parent_id)
        if one is not None and one.kind and not one.has_chunk:
            one.has_chunk = True
            name = "gen_ai.client.operation.time_to_first_chunk"
            self._histograms[name].record(event.seconds, one.measured)

    def _content(self, event: ContentRecorded) -> None:
        one = self._of(event.call_id)
        if one is None or not one.kind:
            return
        if event.kind in ("arguments", "result"):
            one.span.set_attribute(f"gen_ai.tool.call.{event.kind}", event.content)
        elif event.kind == "request":
            one.span.set_attributes(messages.of_request(event.content))
        else:
            one.output = event.content

    def _result(self, event: CallFinished) -> None:
        """What an assistant's or a run's answer tells; other ids say nothing here."""
        result: Any = event.result
        one = self._of(event.call_id)
        kind = getattr(result, "object", None)
        self._learn_names(result)
        if one is not None and kind == "assistant":
            one.span.set_attribute("gen_ai.agent.id", result.id)
        if one is not None and kind in ("run.result", "thread.run"):
            one.span.set_attribute("appbuilder.run_id", result.id)
            one.span.set_attribute("gen_ai.response.finish_reasons", [result.status])
            if result.thread_id:
                one.span.set_attribute("gen_ai.conversation.id", result.thread_id)
            if result.model:
                one.measured["gen_ai.response.model"] = result.model
            if self.captures_content and one.kind:
                text = messages.answer_of(result) or one.output
                one.span.set_attributes(messages.of_output(text, result.status))
        self._end(event.call_id, event.seconds, event.error)

    def _round(self, event: ToolRoundStarted) -> None:
        """A round is no span; it names the run's thread, which may be new."""
        with self._lock:
            self._rounds[event.call_id] = event
        if event.parent_id is not None:
            span = self._span(event.parent_id)
            span.set_attribute("gen_ai.conversation.id", event.thread_id)
            span.set_attribute("appbuilder.run_id", event.run_id)

    def _tool(self, event: ToolStarted) -> None:
        with self._lock:
            around = self._rounds.get(event.round_id)
        attributes: dict[str, Any] = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.provider.name": PROVIDER,
            "gen_ai.tool.name": event.name,
            "gen_ai.tool.call.id": event.tool_call_id,
            "gen_ai.tool.type": "function",
        }
        if around is not None:
            attributes["gen_ai.conversation.id"] = around.thread_id
            attributes["appbuilder.tool_round"] = around.round
        name, kind = f"execute_tool {event.name}", trace.SpanKind.INTERNAL
        parent_id = around.parent_id if around is not None else None
        span = self._start(event.call_id, name, kind, attributes, parent_id)
        token = context.attach(trace.set_span_in_context(span))
        with self._lock:
            self._tokens[event.call_id] = token

    def _tool_result(self, event: ToolFinished) -> None:
        self._end(event.call_id, event.seconds, event.error)
        with self._lock:
            token = self._tokens.pop(event.call_id, None)
        if token is not None:
            context.detach(token)

    def _start(
        self,
        call_id: int,
        name: str,
        kind: trace.SpanKind,
        attributes: dict[str, Any],
        parent_id: int | None,
    ) -> trace.Span:
        """Start a span, within that of `parent_id` or, if there is none, within the current one."""
        around = None if parent_id is None else self._of(parent_id)
        within = None if around is None else trace.set_span_in_context(around.span)
        span = self._tracer.start_span(name, within, kind, attributes)
        operation = attributes.get("gen_ai.operation.name", "")
        if operation == "execute_tool":
            measured = {n: attributes[n] for n in ("gen_ai.tool.name", "gen_ai.tool.type")}
        else:
            measured = {n: attributes[n] for n in MEASURED if n in attributes}
        with self._lock:
            self._open[call_id] = _Open(span, operation, measured, parent_id)
        return span

    def _of(self, call_id: int) -> _Open | None:
        with self._lock:
            return self._open.get(call_id)

    def _span(self, call_id: int) -> trace.Span:
        one = self._of(call_id)
        return trace.INVALID_SPAN if one is None else one.span

    def _end(self, call_id: int, seconds: float, error: BaseException | None) -> None:
        with self._lock:
            one = self._open.pop(call_id, None)
        if one is None:
            return
        if error is not None:
            one.measured["error.type"] = type(error).__qualname__
            one.span.set_attribute("error.type", type(error).__qualname__)
            one.span.set_status(trace.StatusCode.ERROR, str(error))
        if one.kind:
            tool = one.kind == "execute_tool"
            name = "gen_ai.execute_tool.duration" if tool else "gen_ai.client.operation.duration"
            self._histograms[name].record(seconds, one.measured)
        one.span.end()

    def _agent_name(self, assistant_id: str) -> str:
        with self._lock:
            return self._given_names.get(assistant_id) or self._names.get(assistant_id, "")

    def _learn_names(self, result: Any) -> None:
        """Keep the names of the assistants that an answer has."""
        listed = getattr(result, "data", None)
        for one in listed if isinstance(listed, list) else [result]:
            if getattr(one, "object", None) != "assistant":
                continue
            identity, name = one.id, one.name
            if isinstance(identity, str) and isinstance(name, str):
                with self._lock:
                    self._names.pop(identity, None)
                    self._names[identity] = name
                    while len(self._names) > MOST_NAMES:
                        del self._names[next(iter(self._names))]


def _histogram(meter: metrics.Meter, name: str) -> metrics.Histogram:
    try:
        return meter.create_histogram(
            name, unit="s", explicit_bucket_boundaries_advisory=BUCKETS[name]
        )
    except TypeError:  # before OpenTelemetry 1.30
        return meter.create_histogram(name, unit="s")


def _captures_content(value: str) -> bool:
    """Whether spans are to hold what was said; events, which may be asked for, are not made."""
    return value.strip().lower() in ("true", "span_only", "span_and_event")


def _kind(event: CallStarted) -> str:
    """The operation by the conventions: a run is one, however many calls it is made of."""
    if event.operation == "createAssistant":
        return "create_agent"
    if event.operation == RUN_WITH_TOOLS:
        return "invoke_agent"
    begins = event.operation == "createRun" and "run_id" not in event.ids
    return "invoke_agent" if begins and event.parent_id is None else ""


def _named(ids: Mapping[str, str]) -> dict[str, str]:
    """What a request names, by the names of the conventions."""
    return {ATTRIBUTES[name]: value for name, value in ids.items() if name in ATTRIBUTES}


def _server(gateway_url: str) -> dict[str, Any]:
    """Whom a call is made to."""
    gateway = urlsplit(gateway_url)
    port = gateway.port or (443 if gateway.scheme == "https" else 80)
    return {"server.address": gateway.hostname or "", "server.port": port}
