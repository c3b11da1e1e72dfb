"""The calls about one run: to begin, continue, look up and cancel it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from appbuilder_api import models

from ._core.operations import request
from ._core.requests import Call, StreamCall
from ._core.responses.misfit import ModelReader
from ._operations.runs import CREATE_RUN, SUBMIT_TOOL_OUTPUTS, runs_cancel, runs_query

if TYPE_CHECKING:
    from ._core.retry import RetryPolicy
    from ._core.runs.orphaned_runs import OrphanedRun
    from .types import Json, RunResult

Body = dict[str, Any]
"""The body of createRun, as `runs_run_body` makes it."""


def run(body: Body) -> Call[RunResult]:
    """Run an assistant to the end. Raises ValueError without a thread: the service would refuse."""
    return CREATE_RUN.call({**_checked(body), "stream": False})


def stream_run(body: Body) -> StreamCall:
    """Run an assistant and answer by the run's events; raises as `run` does."""
    body = _checked(body)
    return StreamCall(
        operation=CREATE_RUN.id,
        request=request(CREATE_RUN.id, CREATE_RUN.path, {**body, "stream": True}),
        idempotent=CREATE_RUN.idempotent,
        read_seconds=CREATE_RUN.read_seconds,
        read_status=ModelReader(lambda: models.StreamRunStatus),
        read_message=ModelReader(lambda: models.StreamRunMessage),
        run_id=_continued_run(body),
        thread_id=body["thread_id"],
    )


def orphaned_run(body: Body, *, retry: RetryPolicy) -> OrphanedRun:
    """The run that this request begins, or continues by its `tool_output`."""
    from ._core.runs.orphaned_runs import OrphanedRun

    thread_id = body["thread_id"] or None
    run_id = _continued_run(body) if thread_id else None
    return OrphanedRun(runs_cancel, retry, thread_id=thread_id, run_id=run_id)


def known_run(*, thread_id: str, run_id: str, retry: RetryPolicy) -> OrphanedRun:
    """The run of these ids."""
    from ._core.runs.orphaned_runs import OrphanedRun

    return OrphanedRun(runs_cancel, retry, thread_id=thread_id, run_id=run_id)


class OneRun:
    """The calls about the run that one request begins, for the loop that answers its tool calls."""

    def __init__(self, body: Body) -> None:
        self._body = body

    def start(self) -> Call[RunResult]:
        return run(self._body)

    def stream(self) -> StreamCall:
        return stream_run(self._body)

    def tool_output(self, thread_id: str, output: Json) -> Call[RunResult]:
        return run(self._second(thread_id, output))

    def stream_tool_output(self, thread_id: str, output: Json) -> StreamCall:
        return stream_run(self._second(thread_id, output))

    def submit(self, thread_id: str, run_id: str, outputs: Sequence[Json]) -> Call[RunResult]:
        body = {"thread_id": thread_id, "run_id": run_id, "tool_outputs": outputs}
        return SUBMIT_TOOL_OUTPUTS.call(body)

    def query(self, thread_id: str, run_id: str) -> Call[RunResult]:
        return runs_query(thread_id=thread_id, run_id=run_id)

    def orphaned_run(self, retry: RetryPolicy) -> OrphanedRun:
        return orphaned_run(self._body, retry=retry)

    def _second(self, thread_id: str, output: Json) -> Body:
        """The same request as a continuation: without the message, which the thread has by now."""
        return {**self._body, "thread": None, "thread_id": thread_id, "tool_output": output}


def _checked(body: Body) -> Body:
    if not body["thread_id"] and body["thread"] is None:
        raise ValueError(
            "createRun needs thread_id=... (the thread to run on) or thread=... "
            '(a new one, such as {"messages": [{"role": "user", "content": "..."}]}); got neither'
        )
    return {**body, "thread_id": body["thread_id"] or None}


def _continued_run(body: Body) -> str | None:
    """The run that the request's `tool_output` continues."""
    output = body["tool_output"]
    return (output.get("run_id") if isinstance(output, Mapping) else None) or None
