"""Telling the log and the event hooks of calls."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING

from appbuilder_assistants._core.calls import (
    Job,
    NoReply,
    OperationRequest,
    Reply,
    RunTools,
    Send,
    Sleep,
)
from appbuilder_assistants._core.redaction import Redactor, redact
from appbuilder_assistants._log import LOGGER, log
from appbuilder_assistants._tools.outputs import render
from appbuilder_assistants.hooks import (
    AttemptFinished,
    CallFinished,
    CallStarted,
    ContentRecorded,
    FirstEventReceived,
    HookEvent,
    RetryScheduled,
    ToolFinished,
    ToolRoundFinished,
    ToolRoundStarted,
    ToolStarted,
)

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from appbuilder_assistants._settings import Settings
    from appbuilder_assistants.hooks import EventHook

_IDS = ("assistant_id", "thread_id", "run_id", "step_id", "message_id", "file_id")
_NAMED = (*_IDS, "model", "name")
numbers = count(1)
"""The `call_id` of what begins next."""


def emit(hooks: tuple[EventHook, ...], event: HookEvent) -> None:
    """Tell every hook. One that fails is logged: it must not change what a call does."""
    for hook in hooks:
        try:
            hook(event)
        except Exception:  # noqa: BLE001 - whatever a hook of the user's raises
            LOGGER.warning("the event hook %r failed", hook, exc_info=True)


def record(
    hooks: tuple[EventHook, ...],
    call_id: int,
    kind: str,
    content: Callable[[], str],
    redactor: Redactor,
) -> None:
    """Emit content to the hooks that capture it; it is not made for others."""
    capturing = tuple(hook for hook in hooks if getattr(hook, "captures_content", False) is True)
    if capturing:
        text = content()
        shown = redactor.redact(text, len(text))
        emit(capturing, ContentRecorded(call_id, kind, shown))


def request_text(call: OperationRequest) -> str:
    """The JSON of a request; nothing for one that is no JSON."""
    body = call.request.body
    return body.decode(errors="replace") if isinstance(body, bytes) else ""


class CallSpan:
    """One call that has begun. A process that was forked since tells nothing of it."""

    def __init__(
        self,
        hooks: tuple[EventHook, ...],
        call: OperationRequest,
        gateway_url: str,
        redactor: Redactor,
    ) -> None:
        self.call_id = next(numbers)
        self._hooks = hooks
        self._operation = call.operation
        self._process = os.getpid()
        self._begun = time.monotonic()
        request = call.request
        emit(
            hooks,
            CallStarted(
                self.call_id,
                call.operation,
                request.method,
                request.path,
                ids_of(request.body),
                gateway_url,
            ),
        )
        self._redactor = redactor
        self._has_event = False
        record(hooks, self.call_id, "request", lambda: request_text(call), redactor)

    def first_event(self) -> None:
        """Emit that the stream's first event has come. Again does nothing."""
        if not self._has_event and self._process == os.getpid():
            self._has_event = True
            seconds = time.monotonic() - self._begun
            emit(self._hooks, FirstEventReceived(self.call_id, self._operation, seconds))

    def record_output(self, messages: Mapping[str, str]) -> None:
        """Emit the text of a run's messages."""
        if messages and self._process == os.getpid():
            text = "\n".join(messages.values())
            record(self._hooks, self.call_id, "output", lambda: text, self._redactor)

    def finish(self, result: object = None, error: BaseException | None = None) -> None:
        """Tell that it is over. Again does nothing."""
        hooks, self._hooks = self._hooks, ()
        if hooks and self._process == os.getpid():
            seconds = time.monotonic() - self._begun
            emit(hooks, CallFinished(self.call_id, self._operation, seconds, result, error))


class ToolRoundSpan:
    """Around a round of tools, and around each of them."""

    def __init__(self, hooks: tuple[EventHook, ...], step: RunTools, redactor: Redactor) -> None:
        self._hooks = hooks
        self._redactor = redactor
        self._step = step
        self._id = next(numbers)
        self._begun = time.monotonic()

    def __enter__(self) -> Self:
        step, names = self._step, tuple(job.name for job in self._step.jobs)
        begun = ToolRoundStarted(self._id, step.round, step.run_id, step.thread_id, names)
        emit(self._hooks, begun)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        emit(self._hooks, ToolRoundFinished(self._id, time.monotonic() - self._begun, error))

    @contextmanager
    def tool(self, job: Job) -> Iterator[Callable[[object], None]]:
        """To be entered in the thread or task in which it runs; gives what takes its result."""
        number, begun = next(numbers), time.monotonic()
        failure: BaseException | None = None
        emit(self._hooks, ToolStarted(number, self._id, job.name, job.call_id))
        record(self._hooks, number, "arguments", lambda: f"{job.arguments}", self._redactor)

        def take(result: object) -> None:
            with suppress(TypeError, ValueError):  # raised where the output is made
                record(
                    self._hooks, number, "result", lambda: render(result, job.name), self._redactor
                )

        try:
            yield take
        except BaseException as error:
            failure = error
            raise
        finally:
            emit(self._hooks, ToolFinished(number, time.monotonic() - begun, failure))


class Instrumentation:
    """The calls that one flow makes, told to those who want to know.

    Calls that are still open when it is left by an exception end with that. All errors of flows
    pass here, and lose the token where they quote a value that has it.
    """

    def __init__(self, settings: Settings) -> None:
        hooks = settings.event_hooks
        self.hooks = (log, *hooks) if LOGGER.isEnabledFor(logging.DEBUG) else hooks
        self._gateway_url = settings.base_url
        self._redactor = settings.redactor
        self._open: list[CallSpan] = []
        self._last: AttemptFinished | None = None

    def __enter__(self) -> Instrumentation:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        redact(error, self._redactor)
        while self._open:
            self._open.pop().finish(error=error)

    def begin(self, call: OperationRequest) -> None:
        if self.hooks:
            self._open.append(CallSpan(self.hooks, call, self._gateway_url, self._redactor))

    def end(self, result: object, error: BaseException | None) -> None:
        redact(error, self._redactor)
        if self._open:
            self._open.pop().finish(result, error)

    def hand_over(self) -> CallSpan | None:
        """The call that goes on after the flow: a stream that has been opened."""
        return self._open.pop() if self._open else None

    def attempt(self, step: Send, outcome: Reply | NoReply) -> None:
        if self.hooks:
            request = step.request
            self._last = AttemptFinished(
                call_id=self._call_id(),
                operation=step.operation,
                method=request.method,
                path=request.path,
                attempt=step.attempt,
                status_code=outcome.status if isinstance(outcome, Reply) else None,
                seconds=outcome.seconds,
                request_id=outcome.request_id,
                error=None if isinstance(outcome, Reply) else outcome.message,
            )
            emit(self.hooks, self._last)

    def retry(self, step: Sleep) -> None:
        failed = self._last
        if failed is not None and step.retry is not None:
            event = RetryScheduled(
                self._call_id(),
                failed.operation,
                failed.attempt,
                step.seconds,
                step.retry.reason,
                failed.method,
                failed.path,
                failed.status_code,
                failed.request_id,
            )
            emit(self.hooks, event)

    def round(self, step: RunTools) -> ToolRoundSpan:
        return ToolRoundSpan(self.hooks, step, self._redactor)

    def _call_id(self) -> int:
        return self._open[-1].call_id if self._open else 0


def ids_of(body: object) -> Mapping[str, str]:
    """What a JSON request names, without anything else that people wrote."""
    if not isinstance(body, bytes):
        return {}
    fields = json.loads(body)
    output = fields.get("tool_output")
    if isinstance(output, dict) and "run_id" in output:  # the call continues this run
        fields = {**fields, "run_id": output["run_id"]}
    return {name: fields[name] for name in _NAMED if isinstance(fields.get(name), str)}
