"""Spans for OpenTelemetry, by its semantic conventions for generative AI.

    pip install "appbuilder-assistants[opentelemetry]"

    client = AppBuilder(event_hooks=[OpenTelemetry()])

Nothing here is imported, and nothing is traced, unless a client is given this hook. A call is a
span: `invoke_agent` for a run and for what makes it go on, `create_agent` for a new assistant, the
operationId for any other. A round of tools is a span, `tool_round`, and each function in it one
within, `execute_tool NAME`, in which spans of the function's own are. Spans hold ids, and what
people wrote only where an error quotes it.
"""

from __future__ import annotations

from contextvars import Token
from threading import Lock
from typing import Any

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

# What an operation is called by the conventions; the others have their operationId.
GEN_AI = {
    "createAssistant": "create_agent",
    "createRun": "invoke_agent",
    "submitToolOutputs": "invoke_agent",
}
ATTRIBUTES = {
    "assistant_id": "gen_ai.agent.id",
    "model": "gen_ai.request.model",
    "run_id": "gen_ai.response.id",
    "thread_id": "gen_ai.conversation.id",
}


class OpenTelemetry:
    """An event hook that makes a span of every call, round of tools and tool.

    `tracer_provider` is the global one if it is None; without one that is set up, spans go nowhere.
    """

    def __init__(self, tracer_provider: trace.TracerProvider | None = None) -> None:
        self._tracer = trace.get_tracer("appbuilder_assistants", __version__, tracer_provider)
        self._lock = Lock()
        self._spans: dict[int, trace.Span] = {}
        self._tokens: dict[int, Token[context.Context]] = {}

    def __call__(self, event: HookEvent) -> None:
        if isinstance(event, CallStarted):
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
        }
        if kind is not None:
            attributes["gen_ai.operation.name"] = kind
        attributes |= {ATTRIBUTES[n]: v for n, v in event.ids.items() if n in ATTRIBUTES}
        self._start(event.call_id, kind or event.operation, trace.SpanKind.CLIENT, attributes)

    def _attempt(self, event: AttemptFinished) -> None:
        span = self._span(event.call_id)
        if event.status_code is not None:
            span.set_attribute("http.response.status_code", event.status_code)
        if event.attempt > 1:
            span.set_attribute("http.request.resend_count", event.attempt - 1)
        if event.request_id is not None:
            span.set_attribute("appbuilder.request_id", event.request_id)

    def _result(self, call_id: int, result: Any) -> None:
        """What a run's answer tells; other answers have other ids, which say nothing here."""
        if getattr(result, "object", None) not in ("run.result", "thread.run"):
            return
        span = self._span(call_id)
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
        self._start(event.call_id, "tool_round", trace.SpanKind.INTERNAL, attributes)

    def _tool(self, event: ToolStarted) -> None:
        attributes = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.provider.name": PROVIDER,
            "gen_ai.tool.name": event.name,
            "gen_ai.tool.call.id": event.tool_call_id,
            "gen_ai.tool.type": "function",
        }
        name = f"execute_tool {event.name}"
        within = trace.set_span_in_context(self._span(event.round_id))
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
