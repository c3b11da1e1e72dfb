"""The rate of requests, the budget of runs, and pauses that a service asks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from contract_tests.target.limits import (
    RateLimiter,
    RunBudget,
    RunBudgetExhausted,
    parse_retry_after,
)


def test_pace() -> None:
    """Simultaneous requests are spaced by the rate; a requested pause is added to it."""
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 3))
        now[0] += seconds

    rate_limiter = RateLimiter(4, clock=lambda: now[0], sleep=sleep)
    for _ in range(3):
        rate_limiter.wait()
    now[0] += 10
    rate_limiter.wait()
    rate_limiter.pause(3)
    rate_limiter.wait()

    assert slept == [0.25, 0.25, 3.0]


def test_runs_are_limited() -> None:
    """A refused one does not count, one too many is not sent, and look-ups are free."""
    runs = RunBudget(2)
    for operation_id in ("createRun", "queryRun", "submitToolOutputs"):
        runs.take(operation_id)
    runs.give_back("createRun")
    runs.take("createRun")

    with pytest.raises(RunBudgetExhausted, match="all 2 runs"):
        runs.take("submitToolOutputs")
    runs.take("queryRun")


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [("3", 3.0), ("0", 0.0), ("", 2.0), ("soon", 2.0), ("Fri, 01 Jan 2021 00:00:00 GMT", 0.0)],
)
def test_pause_that_is_asked_for(retry_after: str, seconds: float) -> None:
    assert parse_retry_after(retry_after) == seconds


def test_pause_until_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)

    assert 3000 < parse_retry_after(date) < 3700
