"""Steps."""

from __future__ import annotations

from appbuilder_api.api.steps import list_run_steps, query_run_step
from appbuilder_api.models import ListRunStepsRequest, QueryRunStepRequest, RunStep, RunStepList

from appbuilder_assistants._core.calls import Call

from ._build import Order, call


def steps_list(
    *,
    thread_id: str,
    run_id: str,
    limit: int | None = None,
    order: Order | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Call[RunStepList]:
    body = ListRunStepsRequest(
        thread_id=thread_id, run_id=run_id, limit=limit, order=order, after=after, before=before
    )
    built = list_run_steps.request(body)
    return call("listRunSteps", built, RunStepList.from_dict, idempotent=True)


def steps_query(*, thread_id: str, run_id: str, step_id: str) -> Call[RunStep]:
    body = QueryRunStepRequest(thread_id=thread_id, run_id=run_id, step_id=step_id)
    return call(
        "queryRunStep",
        query_run_step.request(body),
        RunStep.from_dict,
        idempotent=True,
        null_is_unknown=True,
    )
