"""Checks of ours on times."""

from __future__ import annotations

import itertools
import time
from typing import Any

from schemathesis import Case, Response
from schemathesis.checks import CheckContext

from .answered import Object, objects_of

CREATED = ("created_at", "create_at")
ENDS = ("expired_at", "cancelled_at", "failed_at", "completed_at")
TIMES = (*CREATED, "started_at", *ENDS)

EARLIEST = 1_672_531_200_000  # 2023, when there was no such service yet
DAY = 86_400_000
# The service was seen to note a step's creation 5 ms after its end: its clocks are not one.
SLACK = 1000


def times_are_milliseconds(_ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """Not seconds, not microseconds; and what is there was created at some time."""
    latest = time.time() * 1000 + DAY
    for answered in objects_of(case, response):
        for name, at in _times(answered).items():
            if at == 0 and name not in CREATED:
                continue
            assert EARLIEST <= at <= latest, f"{name}: {at} is no time of today in milliseconds"


def times_are_in_order(_ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """Created, started, ended; and only the end that the status names has a time."""
    for answered in objects_of(case, response):
        told = _times(answered)
        happened = [(name, at) for name, at in told.items() if at]
        for (name, at), (later_name, later) in itertools.pairwise(happened):
            if later_name in ENDS and name in ENDS:
                continue  # two ends, which the next check reports
            assert at <= later + SLACK, f"{name} is {at}, {later_name} is {later}"
        status = answered.get("status")
        if f"{status}_at" in told:
            assert told[f"{status}_at"], f"the status is {status}, {status}_at is 0"
        ended = [name for name, _ in happened if name in ENDS and name != f"{status}_at"]
        assert not ended, f"the status is {status}, and yet {', '.join(ended)} is set"


def _times(answered: Object) -> dict[str, int]:
    """The times of an object in the order in which they come to pass."""
    return {name: answered[name] for name in TIMES if isinstance(answered.get(name), int)}


ALL = (times_are_milliseconds, times_are_in_order)
