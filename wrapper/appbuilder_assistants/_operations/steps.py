# Written by `make generate` from openapi.yaml; do not edit.
"""The operations of `threads.runs.steps`: what each sends, and how its answer is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from appbuilder_api import models

from appbuilder_assistants._core.operations import Operation
from appbuilder_assistants._core.responses.misfit import ModelReader

if TYPE_CHECKING:
    from appbuilder_assistants._core.requests import Call

LIST_RUN_STEPS = Operation(
    "listRunSteps",
    "/v2/threads/runs/steps/list",
    ModelReader(lambda: models.RunStepList),
    idempotent=True,
)
QUERY_RUN_STEP = Operation(
    "queryRunStep",
    "/v2/threads/runs/steps/query",
    ModelReader(lambda: models.RunStep),
    idempotent=True,
    null_is_unknown=True,
)


def steps_list(
    *,
    thread_id: str,
    run_id: str,
    limit: int | None = None,
    order: Literal["asc", "desc"] | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Call[models.RunStepList]:
    return LIST_RUN_STEPS.call(
        {
            "thread_id": thread_id,
            "run_id": run_id,
            "limit": limit,
            "order": order,
            "after": after,
            "before": before,
        }
    )


def steps_query(*, thread_id: str, run_id: str, step_id: str) -> Call[models.RunStep]:
    return QUERY_RUN_STEP.call({"thread_id": thread_id, "run_id": run_id, "step_id": step_id})
