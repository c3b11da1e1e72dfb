"""Runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

from appbuilder_api.api.runs import cancel_run, create_run, list_runs, query_run
from appbuilder_api.api.runs import submit_tool_outputs as submit_outputs
from appbuilder_api.models import (
    AssistantModelParameters,
    AssistantThread,
    AssistantUserInfo,
    AssistantUserLoc,
    CancelRunRequest,
    CreateRunRequest,
    ListRunsRequest,
    QueryRunRequest,
    RunList,
    RunResult,
    StreamRunMessage,
    StreamRunStatus,
    SubmitToolOutputsRequest,
    ToolOutput,
)

from appbuilder_assistants._core.calls import Call, StreamCall
from appbuilder_assistants._core.limits import RUN_SECONDS
from appbuilder_assistants._core.retry import RetryPolicy
from appbuilder_assistants._core.runs.orphaned_runs import OrphanedRun
from appbuilder_assistants._tools.toolbox import ToolDescription, described
from appbuilder_assistants.types import Json

from ._build import Format, Order, call, items, object_, request, thread_


def run_request(
    *,
    assistant_id: str,
    thread_id: str | None = None,
    thread: AssistantThread | Json | None = None,
    model: str | None = None,
    response_format: Format | None = None,
    instructions: str | None = None,
    thought_instructions: str | None = None,
    chat_instructions: str | None = None,
    tools: Sequence[ToolDescription] | None = None,
    metadata: Mapping[str, str] | None = None,
    tool_output: ToolOutput | Json | None = None,
    model_parameters: AssistantModelParameters | Json | None = None,
    user_info: AssistantUserInfo | Json | None = None,
    user_loc: AssistantUserLoc | Json | None = None,
) -> CreateRunRequest:
    """The request of `runs_run` and `runs_stream_run`.

    Raises ValueError without a thread: the service would refuse the call.
    """
    if not thread_id and thread is None:
        raise ValueError(
            "createRun needs thread_id=... (the thread to run on) or thread=... "
            '(a new one, such as {"messages": [{"role": "user", "content": "..."}]}); got neither'
        )
    return CreateRunRequest(
        assistant_id=assistant_id,
        thread_id=thread_id or None,
        thread=thread_(thread),
        model=model,
        response_format=response_format,
        instructions=instructions,
        thought_instructions=thought_instructions,
        chat_instructions=chat_instructions,
        tools=described(items("tools", tools)),
        metadata=object_("metadata", metadata),
        tool_output=object_("tool_output", tool_output),
        model_parameters=object_("model_parameters", model_parameters),
        user_info=object_("user_info", user_info),
        user_loc=object_("user_loc", user_loc),
    )


def runs_run(body: CreateRunRequest) -> Call[RunResult]:
    body.stream = False
    built = create_run.request(body)
    return call("createRun", built, RunResult.from_dict, idempotent=False, seconds=RUN_SECONDS)


def runs_stream_run(body: CreateRunRequest) -> StreamCall:
    body.stream = True
    return StreamCall(
        operation="createRun",
        request=request("createRun", create_run.request(body)),
        idempotent=False,
        read_seconds=RUN_SECONDS,
        read_status=StreamRunStatus.from_dict,
        read_message=StreamRunMessage.from_dict,
        run_id=_continued_run(body),
        thread_id=body.thread_id,
    )


def runs_submit_tool_outputs(
    *, run_id: str, thread_id: str, tool_outputs: Sequence[ToolOutput | Json]
) -> Call[RunResult]:
    body = SubmitToolOutputsRequest(
        thread_id=thread_id, run_id=run_id, tool_outputs=items("tool_outputs", tool_outputs)
    )
    return call(
        "submitToolOutputs",
        submit_outputs.request(body),
        RunResult.from_dict,
        idempotent=False,
        seconds=RUN_SECONDS,
    )


def runs_cancel(*, run_id: str, thread_id: str, sync: bool | None = None) -> Call[RunResult]:
    body = CancelRunRequest(thread_id=thread_id, run_id=run_id, sync=sync)
    return call("cancelRun", cancel_run.request(body), RunResult.from_dict, idempotent=True)


def runs_list(
    *,
    thread_id: str,
    limit: int | None = None,
    order: Order | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Call[RunList]:
    body = ListRunsRequest(
        thread_id=thread_id, limit=limit, order=order, after=after, before=before
    )
    return call("listRuns", list_runs.request(body), RunList.from_dict, idempotent=True)


def runs_query(*, thread_id: str, run_id: str) -> Call[RunResult]:
    body = QueryRunRequest(thread_id=thread_id, run_id=run_id)
    return call(
        "queryRun",
        query_run.request(body),
        RunResult.from_dict,
        idempotent=True,
        null_is_unknown=True,
    )


def orphaned_run(body: CreateRunRequest, *, retry: RetryPolicy) -> OrphanedRun:
    """The run that this request begins, or continues by its `tool_output`."""
    thread_id = body.thread_id
    run_id = _continued_run(body) if thread_id else None
    return OrphanedRun(runs_cancel, retry, thread_id=thread_id, run_id=run_id)


def known_run(*, thread_id: str, run_id: str, retry: RetryPolicy) -> OrphanedRun:
    """The run of these ids."""
    return OrphanedRun(runs_cancel, retry, thread_id=thread_id, run_id=run_id)


def _continued_run(body: CreateRunRequest) -> str | None:
    """The run that the request's `tool_output` continues."""
    output: Any = body.tool_output
    found = output.get("run_id") if isinstance(output, Mapping) else getattr(output, "run_id", None)
    return found or None


class OneRun:
    """The calls about the run that one request begins, for the loop that answers its tool calls."""

    def __init__(self, body: CreateRunRequest) -> None:
        self._body = body

    def start(self) -> Call[RunResult]:
        return runs_run(self._body)

    def stream(self) -> StreamCall:
        return runs_stream_run(self._body)

    def tool_output(self, thread_id: str, output: Json) -> Call[RunResult]:
        return runs_run(self._second(thread_id, output))

    def stream_tool_output(self, thread_id: str, output: Json) -> StreamCall:
        return runs_stream_run(self._second(thread_id, output))

    def submit(self, thread_id: str, run_id: str, outputs: Sequence[Json]) -> Call[RunResult]:
        return runs_submit_tool_outputs(run_id=run_id, thread_id=thread_id, tool_outputs=outputs)

    def query(self, thread_id: str, run_id: str) -> Call[RunResult]:
        return runs_query(thread_id=thread_id, run_id=run_id)

    def orphaned_run(self, retry: RetryPolicy) -> OrphanedRun:
        return orphaned_run(self._body, retry=retry)

    def _second(self, thread_id: str, output: Json) -> CreateRunRequest:
        """The same request as a continuation: without the message, which the thread has by now."""
        body = copy(self._body)
        body.thread, body.thread_id = None, thread_id
        body.tool_output = object_("tool_output", output)
        return body
