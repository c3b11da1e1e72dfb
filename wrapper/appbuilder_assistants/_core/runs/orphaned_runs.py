"""Cancel the orphaned run of a failed call; no I/O."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from appbuilder_assistants._core.calls import Flow, Grace
from appbuilder_assistants._core.flows import CallProgress, make_call
from appbuilder_assistants._core.ids import is_id
from appbuilder_assistants._core.limits import CANCEL_SECONDS
from appbuilder_assistants._core.requests import Call, OperationRequest
from appbuilder_assistants._core.responses.decode import origin
from appbuilder_assistants._core.retry import RetryPolicy
from appbuilder_assistants.errors import (
    ApiConnectionError,
    AssistantsError,
    ConflictError,
    DeadlineExceededError,
)

if TYPE_CHECKING:
    from appbuilder_assistants._models import RunResult

T = TypeVar("T")

OnExit: TypeAlias = Literal["close", "cancel"]
"""The run of a stream that is closed early continues, or is cancelled."""


class CancelOutcome(Enum):
    """The outcome of cancelling."""

    CANCELLED = "the run was cancelled"
    ENDED = "the run had ended before it could be cancelled"
    NOT_BEGUN = "no run had begun"
    UNKNOWN_RUN = "a run may be going on; the run's id is unknown"


class OrphanedRun:
    """The run of a call that failed.

    It can be cancelled once its id is known: from the call, or from the first reply or event.
    `progress` is that of the request which begins the run.
    """

    def __init__(
        self,
        cancel_call: Callable[..., Call[RunResult]],
        retry: RetryPolicy,
        *,
        thread_id: str | None = None,
        run_id: str | None = None,
    ) -> None:
        self.progress = CallProgress()
        self.thread_id = thread_id
        self.run_id = run_id
        self._cancel_call = cancel_call
        self._retry = retry

    def set_ids(self, thread_id: object, run_id: object) -> None:
        """Take in the ids, once they are known; a server may send others than texts."""
        if is_id(thread_id) and is_id(run_id):
            self.thread_id, self.run_id = thread_id, run_id

    def cancel(self) -> Flow[CancelOutcome]:
        """Cancel it within a few seconds of grace. Raises what cancelling fails with."""
        if not self.run_id:
            begun = self.progress.may_be_done
            return CancelOutcome.UNKNOWN_RUN if begun else CancelOutcome.NOT_BEGUN
        yield Grace(CANCEL_SECONDS)
        # The thread takes no other run before this one is cancelled, so that is waited for.
        call = self._cancel_call(thread_id=self.thread_id, run_id=self.run_id, sync=True)
        try:
            yield from make_call(call, self._retry)
        except ConflictError:
            return CancelOutcome.ENDED
        return CancelOutcome.CANCELLED

    def describe(self, outcome: CancelOutcome) -> str:
        """The outcome in words, for the message of an error, and how to find an unknown run."""
        text: str = outcome.value
        if outcome is not CancelOutcome.UNKNOWN_RUN:
            return text
        if not self.thread_id:
            return f"{text}, and so is that of its thread"
        listing = f"client.threads.runs.list(thread_id={self.thread_id!r})"
        return f"{text}; list the runs of its thread with {listing}"


def cancelling(flow: Flow[T], orphaned_run: OrphanedRun) -> Flow[T]:
    """As `flow`; when its deadline passes, its run is cancelled.

    The error has the outcome: as `cancelled`, and in its message.
    """
    try:
        return (yield from flow)
    except DeadlineExceededError as error:
        yield from cancel_after(error, orphaned_run)
        raise


def cancel_after(error: BaseException, orphaned_run: OrphanedRun) -> Flow[None]:
    """Cancel the run that `error` has orphaned, and note the outcome on the error."""
    try:
        outcome = yield from orphaned_run.cancel()
    except (AssistantsError, ValueError) as failure:  # the server sent an id that is not a run's
        note(error, f"cancelling the run failed ({failure}), it may be going on")
        return
    if isinstance(error, DeadlineExceededError):
        error.cancelled = outcome is CancelOutcome.CANCELLED
    if isinstance(error, DeadlineExceededError) or outcome is CancelOutcome.UNKNOWN_RUN:
        note(error, orphaned_run.describe(outcome))


def not_cancelled(call: OperationRequest, reason: str) -> ApiConnectionError:
    """The error for a run that was to be cancelled and has an unknown id."""
    return ApiConnectionError(f"nothing was cancelled: {reason}", origin=origin(call, None))


def cancels_on_exit(on_exit: OnExit) -> bool:
    """Whether closing a stream early cancels its run. Raises ValueError for another word."""
    if on_exit not in ("close", "cancel"):
        raise ValueError(f'on_exit: expected "close" or "cancel", got {on_exit!r}')
    return on_exit == "cancel"


def note(error: BaseException, text: str) -> None:
    """Put a note on an error, which Python shows from 3.11 on, or into the message if overdue."""
    if isinstance(error, DeadlineExceededError):
        error.message += f"; {text}"
        return
    noted: Any = error
    noted.__notes__ = [*getattr(error, "__notes__", []), text]


def raise_one(failures: list[BaseException]) -> None:
    """Raise one of the failures to close streams, if any: rather one that ends the program."""
    if failures:
        chosen = min(failures, key=lambda failure: isinstance(failure, Exception))
        for other in failures:
            if other is not chosen:
                note(chosen, f"another stream could not be closed either: {other!r}")
        raise chosen
