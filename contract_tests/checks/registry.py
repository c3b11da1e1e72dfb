"""The registry of our checks, which run beside those of schemathesis."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from schemathesis import Case, Response
from schemathesis.checks import CheckContext

from contract_tests.spec import run_events as sse
from contract_tests.spec.answers import media_type_of
from scripts.evidence import about

from . import errors, history, lists, objects, run_status, timestamps
from .seen import Check, Seen


@about(
    "createRun/description",
    "StreamRun*.send_id/*",
    "StreamRunStatus.event_type/*",
    "StreamRunDetail.type/*",
    "RunStatus/*",
)
def stream_keeps_its_grammar(_seen: Seen, response: Response, _case: Case[Any]) -> None:
    """The events of a stream have the right order, numbers and pairs."""
    if media_type_of(response) != "text/event-stream":
        return
    assert not response.stream_cut_short, "the stream did not end in time"
    try:
        wrong = sse.violations(sse.events([response.content]))
    except (ValueError, LookupError, TypeError) as error:
        # The schema of the event says what is wrong with it.
        raise AssertionError(f"the events cannot be read: {error!r}") from error

    assert not wrong, "; ".join(wrong)


ALL: tuple[Check, ...] = (
    stream_keeps_its_grammar,
    *objects.ALL,
    *timestamps.ALL,
    *lists.ALL,
    *run_status.ALL,
    *errors.ALL,
    *history.ALL,
)

CheckFunction = Callable[[CheckContext, Response, Case[Any]], bool | None]


def checks_of(seen: Seen) -> list[CheckFunction]:
    """The checks with the signature of schemathesis, for one target."""
    return [_bound(check, seen) for check in ALL]


def _bound(check: Check, seen: Seen) -> CheckFunction:
    @functools.wraps(check)
    def bound(_ctx: CheckContext, response: Response, case: Case[Any]) -> None:
        check(seen, response, case)

    return bound
