"""Cancel the run that a failed call leaves behind, and no other; no I/O."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from appbuilder_assistants._core.calls import CANCEL_SECONDS, Call, Flow, Grace, OperationRequest
from appbuilder_assistants._core.flows import CallProgress, instrumented, run_call
from appbuilder_assistants._core.responses.decode import origin
from appbuilder_assistants._core.retry import RetryPolicy
from appbuilder_assistants._snapshot import is_final
from appbuilder_assistants.errors import (
    ApiConnectionError,
    AssistantsError,
    ConflictError,
    DeadlineExceededError,
)

if TYPE_CHECKING:
    from appbuilder_assistants._models import RunList, RunResult

T = TypeVar("T")

OnExit: TypeAlias = Literal["close", "cancel"]
"""The run of a stream that is closed early continues, or is cancelled."""


@dataclass(frozen=True, slots=True)
class CancelCalls:
    """The calls that find a run and cancel it, each by the parameters of its operation."""

    list: Callable[..., Call[RunList]]
    cancel: Callable[..., Call[RunResult]]


class CancelOutcome(Enum):
    """What came of cancelling; the value is for the message of an error."""

    CANCELLED = "the run was cancelled"
    ENDED = "the run had ended before it could be cancelled"
    NOT_BEGUN = "no run had begun"
    NOT_FOUND = "a run may be going on; no new one was found in its thread"
    UNKNOWN_RUN = "a run may be going on; it could not be told which"


UNKNOWN = (CancelOutcome.NOT_FOUND, CancelOutcome.UNKNOWN_RUN)
"""What leaves a run that may be going on."""


class OrphanedRun:
    """The run that a call leaves behind when it fails.

    Its ids are known, or the answer to its first request names it. When that answer does not come,
    it is looked for in its thread: the only run there that was not there before. Where there is any
    doubt which that is, none is cancelled.

    `progress` is that of the request which begins the run.
    """

    def __init__(
        self,
        calls: CancelCalls,
        retry: RetryPolicy,
        *,
        assistant_id: str | None = None,
        thread_id: str | None = None,
        run_id: str | None = None,
    ) -> None:
        self.progress = CallProgress()
        self.thread_id = thread_id
        self.run_id = run_id
        self._calls = calls
        self._retry = retry
        self._assistant_id = assistant_id
        self._before: list[str] | None = None

    def set_ids(self, thread_id: str | None, run_id: str | None) -> None:
        """Take in the ids, once they are known."""
        if thread_id and run_id:
            self.thread_id, self.run_id = thread_id, run_id

    def look_before(self) -> Flow[None]:
        """Note which runs the thread has, before the one begins that has no name yet.

        It is one quick look. Without it nothing will be cancelled, but the run can begin.
        """
        if self.run_id or not self.thread_id or self.progress.may_be_done:
            return
        try:
            runs = yield from self._runs(self.thread_id, RetryPolicy(attempts=1))
            self._before = [run.id for run in runs]
        except AssistantsError:
            self._before = None

    def cancel(self) -> Flow[CancelOutcome]:
        """Cancel it within a few seconds of grace. Raises what cancelling fails with."""
        if not self.run_id and not self.progress.may_be_done:
            return CancelOutcome.NOT_BEGUN
        yield Grace(CANCEL_SECONDS)
        run_id = self.run_id
        if not run_id:
            found = yield from self._find()
            if isinstance(found, CancelOutcome):
                return found
            run_id = found
        # The thread takes no other run before this one is cancelled, so that is waited for.
        call = self._calls.cancel(thread_id=self.thread_id, run_id=run_id, sync=True)
        try:
            yield from instrumented(call, run_call(call, retry=self._retry))
        except ConflictError:
            return CancelOutcome.ENDED
        return CancelOutcome.CANCELLED

    def _find(self) -> Flow[str | CancelOutcome]:
        """The id of the run that nobody named."""
        if not self.thread_id or self._before is None:
            return CancelOutcome.UNKNOWN_RUN
        runs = yield from self._runs(self.thread_id, self._retry)
        new = [run for run in runs if run.id not in self._before]
        if not new:
            return CancelOutcome.NOT_FOUND
        run = new[0]
        if len(new) > 1 or run.assistant_id != self._assistant_id:
            return CancelOutcome.UNKNOWN_RUN
        return CancelOutcome.ENDED if is_final(run.status) else run.id

    def _runs(self, thread_id: str, retry: RetryPolicy) -> Flow[list[RunResult]]:
        call = replace(self._calls.list(thread_id=thread_id), max_seconds=CANCEL_SECONDS)
        page = yield from instrumented(call, run_call(call, retry=retry))
        return page.data


def cancelling(flow: Flow[T], orphaned_run: OrphanedRun) -> Flow[T]:
    """As `flow`; when its deadline passes, its run is cancelled.

    What came of that is on the error: `cancelled`, and in its message.
    """
    yield from orphaned_run.look_before()
    try:
        return (yield from flow)
    except DeadlineExceededError as error:
        yield from cancel_after(error, orphaned_run)
        raise


def cancel_after(error: BaseException, orphaned_run: OrphanedRun) -> Flow[None]:
    """Cancel the run that `error` leaves behind, and note on the error what came of it."""
    try:
        outcome = yield from orphaned_run.cancel()
    except AssistantsError as failure:
        note(error, f"cancelling the run failed ({failure}), it may be going on")
        return
    if isinstance(error, DeadlineExceededError):
        error.cancelled = outcome is CancelOutcome.CANCELLED
        note(error, outcome.value)
    elif outcome in UNKNOWN:
        note(error, outcome.value)


def not_cancelled(call: OperationRequest, outcome: CancelOutcome) -> ApiConnectionError:
    """The error for a run that was to be cancelled, where it is unknown which that is."""
    return ApiConnectionError(f"nothing was cancelled: {outcome.value}", origin=origin(call, None))


def cancels_on_exit(on_exit: OnExit) -> bool:
    """Whether closing a stream early cancels its run. Raises ValueError for another word."""
    if on_exit not in ("close", "cancel"):
        raise ValueError(f'on_exit: expected "close" or "cancel", got {on_exit!r}')
    return on_exit == "cancel"


def note(error: BaseException, text: str) -> None:
    """Put a note on an error, as Python shows it from 3.11 on; on an overdue one, as others do."""
    if isinstance(error, DeadlineExceededError):
        error.message += f"; {text}"
        return
    told: Any = error
    told.__notes__ = [*getattr(error, "__notes__", []), text]


def raise_one(failures: list[BaseException]) -> None:
    """Raise one of the failures to leave runs, if any: rather one that ends the program."""
    if failures:
        chosen = min(failures, key=lambda failure: isinstance(failure, Exception))
        for other in failures:
            if other is not chosen:
                note(chosen, f"another run could not be left either: {other!r}")
        raise chosen
