"""Checks of ours that schemathesis runs on every answer, beside its own."""

from __future__ import annotations

from typing import Any

from schemathesis import Case, Response
from schemathesis.checks import CheckContext

from contract_tests.spec import run_events as sse
from scripts.evidence import about

from . import errors as own_errors
from . import history as own_memory
from . import lists as own_lists
from . import objects as own_objects
from . import run_status as own_runs
from . import timestamps as own_times
from .coverage import media_type_of


@about(
    "createRun/description",
    "StreamRun*.send_id/*",
    "StreamRunStatus.event_type/*",
    "StreamRunDetail.type/*",
    "RunStatus/*",
)
def stream_keeps_its_grammar(_ctx: CheckContext, response: Response, _case: Case[Any]) -> None:
    """The order of events, what is counted and what comes in pairs."""
    if media_type_of(response) != "text/event-stream":
        return
    assert not response.stream_cut_short, "the stream did not end in time"
    try:
        wrong = sse.violations(sse.events([response.content]))
    except (ValueError, LookupError, TypeError) as error:
        # The schema of the event says what is wrong with it.
        raise AssertionError(f"the events cannot be read: {error!r}") from error

    assert not wrong, "; ".join(wrong)


ALL = (
    stream_keeps_its_grammar,
    *own_objects.ALL,
    *own_times.ALL,
    *own_lists.ALL,
    *own_runs.ALL,
    *own_errors.ALL,
    *own_memory.ALL,
)
