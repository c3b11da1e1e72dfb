"""Servers whose runs end badly in the wrong way."""

from __future__ import annotations

from collections.abc import Callable

from contract_tests.mutants.changes import GONE, Json, answer, event, put
from contract_tests.mutants.mutant import Mutant


def _of(status: str, edit: Callable[[Json], Json]) -> Callable[[Json], Json]:
    """Change the runs that have this status, alone."""
    return lambda run: edit(run) if run["status"] == status else run


def _failed_instead(run: Json) -> Json:
    error = {"type": "server_error", "message": "too late"}
    failed = {"status": "failed", "failed_at": run["expired_at"], "last_error": error}
    return {**run, **failed, "expired_at": 0}


def _as_completed(event: Json) -> Json:
    """The end of a failed run, reported as a success."""
    if event["status"] != "failed":
        return event
    run = event["details"]["run_object"]
    well = {"status": "completed", "completed_at": run["failed_at"], "failed_at": 0}
    details = {**event["details"], "run_object": {**run, **well, "last_error": None}}
    return {**event, "status": "completed", "details": details}


MUTANTS = (
    Mutant(
        "failed-without-reason",
        "status astray",
        "A run that failed says why.",
        answer("createRun queryRun", _of("failed", put("last_error", None))),
        caught_by="status_goes_with_the_rest",
    ),
    Mutant(
        "failed-for-another-reason",
        "stale query",
        "Why a run failed is kept.",
        answer("queryRun", _of("failed", put("last_error/message", "?"))),
        caught_by="test_bad_end",
    ),
    Mutant(
        "failed-in-stream-without-reason",
        "status astray",
        "A stream that ends in a failed run says why.",
        event("run_end", put("details/run_object", _of("failed", put("last_error", None)))),
        caught_by="status_goes_with_the_rest",
    ),
    Mutant(
        "failed-at-no-time",
        "time wrong",
        "A run that failed says when.",
        answer("createRun queryRun", _of("failed", put("failed_at", 0))),
        caught_by="times_are_in_order",
    ),
    Mutant(
        "expired-at-no-time",
        "time wrong",
        "A run that expired says when.",
        answer("createRun queryRun", _of("expired", put("expired_at", GONE))),
        caught_by="test_bad_end",
    ),
    Mutant(
        "failed-told-as-completed",
        "status astray",
        "A stream tells the end that its run came to.",
        event("run_end", _as_completed),
        caught_by="test_bad_end_of_a_stream",
    ),
    Mutant(
        "expired-is-failed",
        "status astray",
        "A run that expired has not failed.",
        answer("createRun queryRun", _of("expired", _failed_instead)),
        caught_by="test_bad_end",
    ),
    Mutant(
        "failed-and-answers",
        "status astray",
        "A run that failed has no final answer.",
        answer(
            "createRun",
            _of(
                "failed",
                put(
                    "final_answer",
                    {
                        "type": "message",
                        "message": {
                            "message_id": "chatmsg_" + "0" * 32,
                            "content": [{"type": "text", "text": {"value": "晴"}}],
                        },
                    },
                ),
            ),
        ),
        caught_by="status_goes_with_the_rest",
    ),
)
