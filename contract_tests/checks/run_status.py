"""Our checks on the status of runs and steps: its fields and its transitions."""

from __future__ import annotations

import re
from typing import Any

from schemathesis import Case, Response

from contract_tests.spec.answers import Object, objects_of, success_of
from contract_tests.spec.run_events import ENDS

from .seen import Seen

# From each status, where a run or a step may be when it is next seen. Between two looks it may
# have come through several.
LATER = {
    "queued": ("queued", "in_progress", "requires_action", "cancelling", *ENDS),
    "in_progress": ("in_progress", "requires_action", "cancelling", *ENDS),
    "requires_action": ("requires_action", "in_progress", "cancelling", *ENDS),
    # A run may end before the call that cancels it.
    "cancelling": ("cancelling", *ENDS),
    **{end: (end,) for end in ENDS},
}


def status_goes_with_the_rest(_seen: Seen, response: Response, case: Case[Any]) -> None:
    """A run has a `required_action` while it waits, and a `last_error` when it failed."""
    for answered in objects_of(case, response):
        status = answered.get("status")
        waits = bool(_calls(answered))
        if answered.get("object") in ("run.result", "thread.run"):
            assert waits == (status == "requires_action"), (
                f"the status is {status}, required_action is {answered.get('required_action')}"
            )
            assert status in ("requires_action", None) or not answered.get("required_action"), (
                f"the status is {status}, and yet there is a required_action"
            )
        if status == "failed":
            assert answered.get("last_error"), "the status is failed, and there is no last_error"
        has_answer = bool(answered.get("final_answer"))
        if answered.get("object") == "run.result":
            assert has_answer == (status == "completed"), (
                f"the status is {status}, final_answer is {answered.get('final_answer')}"
            )
        elif answered.get("object") == "thread.run":
            assert not has_answer, "a final_answer, where only the result of a run has one"


def status_goes_no_way_back(seen: Seen, response: Response, case: Case[Any]) -> None:
    """From one look-up to the next a run or step advances; one that has ended stays as it is."""
    # A stream reports the past: other requests may come in between. Its own events are in order.
    statuses = {} if success_of(case, response) is None else seen.statuses
    for answered in objects_of(case, response):
        status = answered.get("status")
        if not isinstance(status, str) or not isinstance(answered.get("id"), str):
            continue
        key = (answered.get("run_id") or "", answered["id"])
        before = statuses.get(key, status)
        statuses[key] = status
        assert status in LATER.get(before, (status,)), (
            f"{answered['id']} was {before} and is {status} now"
        )


def _calls(run: Object) -> list[Any]:
    action = run.get("required_action")
    asked = action.get("submit_tool_outputs") if isinstance(action, dict) else None
    return (asked.get("tool_calls") if isinstance(asked, dict) else None) or []


def arguments_are_noted(seen: Seen, response: Response, case: Case[Any]) -> None:
    """A model's text is not checked; recorded arguments had no blanks."""
    for answered in objects_of(case, response):
        for call in _calls(answered):
            function = call.get("function") if isinstance(call, dict) else None
            text = function.get("arguments") if isinstance(function, dict) else None
            if isinstance(text, str) and text:
                blanks = re.search(r'"\s*[:,]\s+|[{\[]\s+', text)
                seen.observations.note("arguments", "with blanks" if blanks else "without blanks")


ALL = (arguments_are_noted, status_goes_with_the_rest, status_goes_no_way_back)
