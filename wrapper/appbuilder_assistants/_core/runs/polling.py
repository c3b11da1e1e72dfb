"""Polling of a run until it has ended or waits for tools; no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from appbuilder_assistants._core.calls import Flow, NoReply, Sleep
from appbuilder_assistants._core.flows import CallProgress, make_call
from appbuilder_assistants._core.limits import (
    FIRST_POLL_DELAY,
    MAX_POLL_DELAY,
    MAX_SECONDS,
    number_text,
)
from appbuilder_assistants._core.requests import Call
from appbuilder_assistants._core.responses.decode import no_reply_error
from appbuilder_assistants._core.retry import RetryPolicy

if TYPE_CHECKING:
    from appbuilder_assistants._models import RunResult

WORKING = frozenset({"queued", "in_progress", "cancelling"})
"""In any other status, a new one included, a run has ended or waits for outputs."""

SHORTEST = 0.05
"""The shortest pause before the deadline, in seconds."""


@dataclass(frozen=True, slots=True)
class PollInterval:
    """Seconds between two look-ups, growing by half each time, up to `max_delay`."""

    first_delay: float = FIRST_POLL_DELAY
    max_delay: float = MAX_POLL_DELAY

    def __post_init__(self) -> None:
        if not 0 < self.first_delay <= self.max_delay <= MAX_SECONDS:
            raise ValueError(
                "expected 0 < first_delay <= max_delay <= 1e9 (seconds), "
                f"got {number_text(self.first_delay)} and {number_text(self.max_delay)}"
            )


def is_working(run: RunResult) -> bool:
    """Whether the run is at work, so that there is something to wait for."""
    status: object = run.status
    return isinstance(status, str) and status in WORKING


def poll_run(
    query: Call[RunResult],
    *,
    retry: RetryPolicy,
    interval: PollInterval = PollInterval(),
) -> Flow[RunResult]:
    """Poll until the run has ended or waits for tools.

    An error for the deadline has the attempts of the last look-up.
    """
    delay = interval.first_delay
    while True:
        progress = CallProgress()
        run = yield from make_call(query, retry, progress)
        if not is_working(run):
            return run
        late = yield Sleep(delay)
        while isinstance(late, NoReply) and delay > SHORTEST:  # use the time that remains
            delay /= 2
            late = yield Sleep(delay)
        if isinstance(late, NoReply):
            message = (
                f"the deadline does not leave time for another look-up; the run is {run.status}"
            )
            error = no_reply_error(query, late._replace(message=message))
            error.attempts = tuple(progress.tried)
            raise error
        delay = min(delay * 1.5, interval.max_delay)
