from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Literal

from appbuilder_assistants._operations import steps as ops

from ._caller import AsyncCaller

if TYPE_CHECKING:
    from appbuilder_assistants.types import RunStep, RunStepList


class AsyncSteps:
    """Steps (步骤) of a run."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def list(
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
        return await self._caller.run(call)

    def list_all(
        self,
        thread_id: str,
        run_id: str,
        *,
        order: Literal["asc", "desc"] | None = None,
        after: str | None = None,
        before: str | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[RunStep]:
        """Every step of a run, newest first; a page is fetched when it is needed.

        Raises ResponseError when the pages have no end, or an item comes again.  (listRunSteps)
        """
        return self._caller.each(
            lambda after_, before_: ops.steps_list(
                thread_id=thread_id,
                run_id=run_id,
                limit=page_size,
                order=order,
                after=after_,
                before=before_,
            ),
            after,
            before,
            order,
        )

    async def query(self, thread_id: str, run_id: str, step_id: str) -> RunStep:
        """Look a step up. Step ids (`step-1`, …) count within their run.  (queryRunStep)"""
        call = ops.steps_query(thread_id=thread_id, run_id=run_id, step_id=step_id)
        return await self._caller.run(call)
