"""Spans for OpenTelemetry, by its semantic conventions for generative AI.

    pip install "appbuilder-assistants[opentelemetry]"

    client = AppBuilder(event_hooks=[OpenTelemetry()])

Nothing here is imported, and nothing is traced, unless a client is given this hook. A call is a
span: `invoke_agent` for a run and for what makes it go on, `create_agent NAME` for a new assistant,
the operationId for any other. A run with tools is one more `invoke_agent` (INTERNAL, where a call
is CLIENT); in it are its calls and its rounds, `tool_round`, in these the functions, `execute_tool
NAME`, and in these their own spans. Spans hold ids, an assistant's name, and what else people wrote
only where an error quotes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import Token
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

try:
    from opentelemetry import context, trace
except ImportError as error:
    raise ImportError(
        "appbuilder_assistants.telemetry needs opentelemetry-api: "
        'pip install "appbuilder-assistants[opentelemetry]"'
    ) from error

from ._version import __version__
from .hooks import (
    AttemptFinished,
    CallFinished,
    CallStarted,
    HookEvent,
    RetryScheduled,
    ToolFinished,
    ToolRoundFinished,
    ToolRoundStarted,
    ToolStarted,
)

__all__ = ["OpenTelemetry"]

PROVIDER = "baidu.appbuilder"
RUN_WITH_TOOLS = "run_with_tools"

# What an operation is called by the conventions; the others have their operationId.
GEN_AI = {
    "createAssistant": "create_agent",
    "createRun": "invoke_agent",
    "submitToolOutputs": "invoke_agent",
}
ATTRIBUTES = {
    "assistant_id": "gen_ai.agent.id",
    "model": "gen_ai.request.model",
    "name": "gen_ai.agent.name",
    "run_id": "gen_ai.response.id",
    "thread_id": "gen_ai.conversation.id",
}


class OpenTelemetry:
    """An event hook that makes a span of every call, run with tools, round of tools and tool.

    `tracer_provider` is the global one if it is None; without one that is set up, spans go nowhere.
    """

    def __init__(self, tracer_provider: trace.TracerProvider | None = None) -> None:
        self._tracer = trace.get_tracer("appbuilder_assistants", __version__, tracer_provider)
        self._lock = Lock()
        self._spans: dict[int, trace.Span] = {}
        self._tokens: dict[int, Token[context.Context]] = {}

    def __call__(self, event: HookEvent) -> None:
        if isinstance(event, CallStarted) and event.operation == RUN_WITH_TOOLS:
            self._run(event)
        elif isinstance(event, CallStarted):
            self._call(event)
        elif isinstance(event, AttemptFinished):
            self._attempt(event)
        elif isinstance(event, RetryScheduled):
            self._span(event.call_id).add_event("retry", {"seconds": event.seconds})
        elif isinstance(event, CallFinished):
            self._result(event.call_id, event.result)
            self._end(event.call_id, event.error)
        elif isinstance(event, ToolRoundStarted):
            self._round(event)
        elif isinstance(event, ToolStarted):
            self._tool(event)
        elif isinstance(event, ToolRoundFinished):
            self._end(event.call_id, event.error)
        elif isinstance(event, ToolFinished):
            self._end(event.call_id, event.error)
            with self._lock:
                token = self._tokens.pop(event.call_id, None)
            if token is not None:
                context.detach(token)

    def _call(self, event: CallStarted) -> None:
        kind = GEN_AI.get(event.operation)
        attributes: dict[str, Any] = {
            "http.request.method": event.method,
            "url.path": event.path,
            "appbuilder.operation": event.operation,
            "gen_ai.provider.name": PROVIDER,
            **_server(event.gateway_url),
            **_named(event.ids),
        }
        name = event.operation
        if kind is not None:
            attributes["gen_ai.operation.name"] = kind
            name = f"{kind} {event.ids['name']}" if "name" in event.ids else kind
        within = self._within(event.parent_id)
        self._start(event.call_id, name, trace.SpanKind.CLIENT, attributes, within)

    def _run(self, event: CallStarted) -> None:
        attributes = {
            "appbuilder.operation": event.operation,
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.provider.name": PROVIDER,
            **_named(event.ids),
        }
        self._start(event.call_id, "invoke_agent", trace.SpanKind.INTERNAL, attributes)

    def _attempt(self, event: AttemptFinished) -> None:
        span = self._span(event.call_id)
        if event.status_code is not None:
            span.set_attribute("http.response.status_code", event.status_code)
        if event.attempt > 1:
            span.set_attribute("http.request.resend_count", event.attempt - 1)
        if event.request_id is not None:
            span.set_attribute("appbuilder.request_id", event.request_id)

    def _result(self, call_id: int, result: Any) -> None:
        """What an assistant's or a run's answer tells; other ids say nothing here."""
        kind = getattr(result, "object", None)
        span = self._span(call_id)
        if kind == "assistant":
            span.set_attribute("gen_ai.agent.id", result.id)
        if kind not in ("run.result", "thread.run"):
            return
        span.set_attribute("gen_ai.response.id", result.id)
        span.set_attribute("gen_ai.response.finish_reasons", [result.status])
        if result.thread_id:
            span.set_attribute("gen_ai.conversation.id", result.thread_id)
        if result.model:
            span.set_attribute("gen_ai.response.model", result.model)

    def _round(self, event: ToolRoundStarted) -> None:
        attributes = {
            "appbuilder.tool_round": event.round,
            "appbuilder.tools": event.tools,
            "gen_ai.provider.name": PROVIDER,
            "gen_ai.response.id": event.run_id,
            "gen_ai.conversation.id": event.thread_id,
        }
        within = self._within(event.parent_id)
        self._start(event.call_id, "tool_round", trace.SpanKind.INTERNAL, attributes, within)

    def _tool(self, event: ToolStarted) -> None:
        attributes = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.provider.name": PROVIDER,
            "gen_ai.tool.name": event.name,
            "gen_ai.tool.call.id": event.tool_call_id,
            "gen_ai.tool.type": "function",
        }
        name = f"execute_tool {event.name}"
        within = self._within(event.round_id)
        span = self._start(event.call_id, name, trace.SpanKind.INTERNAL, attributes, within)
        token = context.attach(trace.set_span_in_context(span))
        with self._lock:
            self._tokens[event.call_id] = token

    def _start(
        self,
        call_id: int,
        name: str,
        kind: trace.SpanKind,
        attributes: dict[str, Any],
        within: context.Context | None = None,
    ) -> trace.Span:
        span = self._tracer.start_span(name, within, kind, attributes)
        with self._lock:
            self._spans[call_id] = span
        return span

    def _within(self, parent_id: int | None) -> context.Context | None:
        """The context of a part of something; None, which is the current one, of anything else."""
        with self._lock:
            span = None if parent_id is None else self._spans.get(parent_id)
        return None if span is None else trace.set_span_in_context(span)

    def _span(self, call_id: int) -> trace.Span:
        with self._lock:
            return self._spans.get(call_id, trace.INVALID_SPAN)

    def _end(self, call_id: int, error: BaseException | None) -> None:
        with self._lock:
            span = self._spans.pop(call_id, trace.INVALID_SPAN)
        if error is not None:
            span.set_attribute("error.type", type(error).__qualname__)
            span.set_status(trace.StatusCode.ERROR, str(error))
        span.end()


def _named(ids: Mapping[str, str]) -> dict[str, str]:
    """What a request names, by the names of the conventions."""
    return {ATTRIBUTES[name]: value for name, value in ids.items() if name in ATTRIBUTES}


def _server(gateway_url: str) -> dict[str, Any]:
    """Whom a call is made to."""
    gateway = urlsplit(gateway_url)
    port = gateway.port or (443 if gateway.scheme == "https" else 80)
    return {"server.address": gateway.hostname or "", "server.port": port}
