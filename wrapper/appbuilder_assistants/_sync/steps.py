# Written by scripts/unasync.py from _async/steps.py; do not edit.

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from appbuilder_assistants import _operations as ops

from ._caller import Caller

if TYPE_CHECKING:
    from appbuilder_assistants.types import RunStep, RunStepList


class Steps:
    """Steps (步骤) of a run."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(
        self,
        thread_id: str,
        run_id: str,
        limit: int | None = None,
        order: Literal["asc", "desc"] | None = None,
        after: str | None = None,
        before: str | None = None,
    ) -> RunStepList:
        """One page of a run's steps: 20 unless `limit` says otherwise, newest first.

        `after` and `before` are step ids that bound the page.  (listRunSteps)
        """
        call = ops.steps_list(
            thread_id=thread_id,
            run_id=run_id,
            limit=limit,
            order=order,
            after=after,
            before=before,
        )
        return self._caller.run(call)

    def query(self, thread_id: str, run_id: str, step_id: str) -> RunStep:
        """Look a step up. Step ids (`step-1`, …) count within their run.  (queryRunStep)"""
        call = ops.steps_query(thread_id=thread_id, run_id=run_id, step_id=step_id)
        return self._caller.run(call)
