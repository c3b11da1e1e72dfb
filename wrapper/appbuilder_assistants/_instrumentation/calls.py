"""Instrumentation of one flow: its calls, tool rounds and functions, for the hooks and the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from appbuilder_assistants._core.calls import (
    Job,
    NoReply,
    RateChanged,
    Reply,
    RunTools,
    Send,
    Sleep,
)
from appbuilder_assistants._core.redaction import redact_error
from appbuilder_assistants._core.requests import OperationRequest

from .emitter import Emitter
from .spans import CallSpan, call_ids, parent_id

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from appbuilder_assistants._settings.settings import Settings
    from appbuilder_assistants.hooks import AttemptFinished


class Instrumentation(Emitter):
    """Events of one flow, as a context manager. Calls still open at its end get its error.

    All errors of flows pass here, and the token is redacted where they quote it.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._open: list[CallSpan] = []
        self._last: AttemptFinished | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        redact_error(error, self._redactor)
        while self._open:
            self._open.pop().finish(error)

    def begin(self, call: OperationRequest) -> None:
        if self.hooks:
            self._open.append(CallSpan(self, call).__enter__())

    def end(self, result: object, error: BaseException | None) -> None:
        redact_error(error, self._redactor)
        if self._open:
            span = self._open.pop()
            span.result = result
            span.finish(error)

    def hand_over(self) -> CallSpan | None:
        """The call that continues after the flow: a stream that has been opened."""
        return self._open.pop() if self._open else None

    def attempt(self, step: Send, outcome: Reply | NoReply) -> None:
        if self.hooks:
            from appbuilder_assistants.hooks import AttemptFinished

            self._last = AttemptFinished(
                self._call_id,
                step.operation,
                step.request.method,
                step.request.path,
                step.attempt,
                outcome.status if isinstance(outcome, Reply) else None,
                outcome.seconds,
                outcome.request_id,
                outcome.message if isinstance(outcome, NoReply) else None,
            )
            self.emit(self._last)

    def pause(self, step: Sleep) -> None:
        if step.turn is not None and self.hooks:
            from appbuilder_assistants.hooks import TurnAwaited

            self.emit(TurnAwaited(self._call_id, *step.turn, step.at_least))
        if (failed := self._last) is not None and step.retry is not None:
            from appbuilder_assistants.hooks import RetryScheduled

            event = RetryScheduled(
                self._call_id,
                failed.operation,
                failed.attempt,
                step.seconds,
                step.retry.reason,
                failed.method,
                failed.path,
                failed.status_code,
                failed.request_id,
            )
            self.emit(event)

    def rate_changed(self, step: RateChanged) -> None:
        if self.hooks:
            from appbuilder_assistants.hooks import RateLimitChanged

            self.emit(RateLimitChanged(self._call_id, step.rate, step.refused))

    @contextmanager
    def round(self, step: RunTools) -> Iterator[ToolRoundSpan]:
        from appbuilder_assistants.hooks import ToolRoundFinished, ToolRoundStarted

        number, names = next(call_ids), tuple(job.name for job in step.jobs)
        started = ToolRoundStarted(
            number, step.round, step.run_id, step.thread_id, names, parent_id.get()
        )
        with self.around(started, partial(ToolRoundFinished, number)):
            yield ToolRoundSpan(self, number)

    @property
    def _call_id(self) -> int:
        return self._open[-1].call_id if self._open else 0


class ToolRoundSpan:
    """A round of functions that a run waits for."""

    def __init__(self, instrumentation: Instrumentation, call_id: int) -> None:
        self._instrumentation = instrumentation
        self._call_id = call_id

    @contextmanager
    def tool(self, job: Job) -> Iterator[Callable[[Callable[[], str]], None]]:
        """Enter this in the thread or task of the function; it yields what records its result."""
        from appbuilder_assistants.hooks import ToolFinished, ToolStarted

        number, record = next(call_ids), self._instrumentation.record

        def record_result(render: Callable[[], str]) -> None:
            with suppress(TypeError, ValueError):  # raised where the output is made
                record(number, "result", render)

        started = ToolStarted(number, self._call_id, job.name, job.call_id)
        with self._instrumentation.around(started, partial(ToolFinished, number)):
            record(number, "arguments", lambda: f"{job.arguments}")
            yield record_result
