# Written by `make generate` from openapi.yaml; do not edit.
"""The methods of `threads.runs.steps`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Literal

from appbuilder_assistants._async._caller import AsyncResource
from appbuilder_assistants._operations import steps as ops

if TYPE_CHECKING:
    from appbuilder_assistants.types import RunStep, RunStepList


class AsyncSteps(AsyncResource):
    """Steps (步骤) of a run."""

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

        `after` and `before` are step ids that bound the page.

        Args:
            thread_id: The run's thread.
            run_id: The run of the steps to list.
            limit: The maximum number of items. Defaults to 20. The bounds here are our choice: the
                largest value that the server accepts is not known, and the official client sends
                2147483647 in one place.
            order: By creation, newest first (`desc`) or oldest first (`asc`). Defaults to `desc`.
            after: An id that bounds the page; empty counts as absent. Its meaning is not known.
                Either the page begins behind it in the order of the listing, or it holds the items
                created after it: every comment of the official client that explains `after` says
                "created after". In the default order `desc` the two are opposites, so only `asc`
                pages alike under both.
            before: An id that bounds the page at its other end, with the same uncertainty; empty
                counts as absent.

        (listRunSteps)
        """
        return await self._caller.run(
            ops.steps_list(
                thread_id=thread_id,
                run_id=run_id,
                limit=limit,
                order=order,
                after=after,
                before=before,
            )
        )

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

        Raises ResponseError when the pages have no end, or an item comes again.

        Args:
            thread_id: The run's thread.
            run_id: The run of the steps to list.
            order: By creation, newest first (`desc`) or oldest first (`asc`). Defaults to `desc`.
            after: An id that bounds the page; empty counts as absent. Its meaning is not known.
                Either the page begins behind it in the order of the listing, or it holds the items
                created after it: every comment of the official client that explains `after` says
                "created after". In the default order `desc` the two are opposites, so only `asc`
                pages alike under both.
            before: An id that bounds the page at its other end, with the same uncertainty; empty
                counts as absent.
            page_size: The `limit` of each page.

        (listRunSteps)
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
        """Look a step up. Step ids (`step-1`, …) count within their run.

        Args:
            thread_id: The run's thread.
            run_id: The step's run.
            step_id: The step.

        (queryRunStep)
        """
        return await self._caller.run(
            ops.steps_query(thread_id=thread_id, run_id=run_id, step_id=step_id)
        )
