"""Our checks on timestamps."""

from __future__ import annotations

import itertools
import time
from typing import Any

from schemathesis import Case, Response

from contract_tests.spec.answers import Object, objects_of
from scripts.evidence import about

from .seen import Seen

CREATED = ("created_at", "create_at")
ENDS = ("expired_at", "cancelled_at", "failed_at", "completed_at")
TIMES = (*CREATED, "started_at", *ENDS)

SECONDS = "create_at"  # of a file; all other times are milliseconds
EARLIEST = 1_672_531_200_000  # 2023, when there was no such service yet
DAY = 86_400_000
# The service was seen to note a step's creation 5 ms after its end: its clocks are not one.
SLACK = 1000


@about("Milliseconds/x-unit", "File.create_at/x-unit")
def times_have_their_unit(seen: Seen, response: Response, case: Case[Any]) -> None:
    """Timestamps are seconds for a file, milliseconds elsewhere; a creation is never 0."""
    latest = time.time() * 1000 + DAY
    for answered in objects_of(case, response):
        for name, at in _times(answered).items():
            if at == 0 and name not in CREATED:
                continue
            unit, milliseconds = ("seconds", 1000) if name == SECONDS else ("milliseconds", 1)
            if name == SECONDS and EARLIEST <= at * milliseconds <= latest:
                seen.observations.note("create_at", "in seconds")
            assert EARLIEST <= at * milliseconds <= latest, (
                f"{name}: {at} is no time of today in {unit}"
            )


def times_are_in_order(_seen: Seen, response: Response, case: Case[Any]) -> None:
    """Timestamps are in order, and only the end that the status names has one."""
    for answered in objects_of(case, response):
        times = _times(answered)
        happened = [(name, at) for name, at in times.items() if at]
        for (name, at), (later_name, later) in itertools.pairwise(happened):
            if later_name in ENDS and name in ENDS:
                continue  # two ends, which the next check reports
            assert at <= later + SLACK, f"{name} is {at}, {later_name} is {later}"
        status = answered.get("status")
        if f"{status}_at" in times:
            assert times[f"{status}_at"], f"the status is {status}, {status}_at is 0"
        ended = [name for name, _ in happened if name in ENDS and name != f"{status}_at"]
        assert not ended, f"the status is {status}, and yet {', '.join(ended)} is set"


def _times(answered: Object) -> dict[str, int]:
    """The timestamps of an object in chronological order."""
    return {name: answered[name] for name in TIMES if isinstance(answered.get(name), int)}


ALL = (times_have_their_unit, times_are_in_order)
