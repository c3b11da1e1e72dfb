# Written by `make generate` from openapi.yaml; do not edit.
"""The operations of `threads.runs`: what each sends, and how its answer is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from appbuilder_api import models

from appbuilder_assistants._core.bodies import as_items, as_pairs, as_part, as_parts
from appbuilder_assistants._core.limits import RUN_SECONDS
from appbuilder_assistants._core.operations import Operation
from appbuilder_assistants._core.responses.misfit import ModelReader
from appbuilder_assistants._tools.toolbox import described

from ._shapes import (
    AssistantModelParameters,
    AssistantThread,
    AssistantTool,
    AssistantUserInfo,
    AssistantUserLoc,
    ToolOutput,
)

if TYPE_CHECKING:
    from appbuilder_api import dicts

    from appbuilder_assistants._core.requests import Call
    from appbuilder_assistants._tools.toolbox import ToolDescription

CREATE_RUN = Operation(
    "createRun",
    "/v2/threads/runs",
    ModelReader(lambda: models.RunResult),
    idempotent=False,
    read_seconds=RUN_SECONDS,
)
SUBMIT_TOOL_OUTPUTS = Operation(
    "submitToolOutputs",
    "/v2/threads/runs/submit_tool_outputs",
    ModelReader(lambda: models.RunResult),
    idempotent=False,
    read_seconds=RUN_SECONDS,
)
CANCEL_RUN = Operation(
    "cancelRun", "/v2/threads/runs/cancel", ModelReader(lambda: models.RunResult), idempotent=True
)
LIST_RUNS = Operation(
    "listRuns", "/v2/threads/runs/list", ModelReader(lambda: models.RunList), idempotent=True
)
QUERY_RUN = Operation(
    "queryRun",
    "/v2/threads/runs/query",
    ModelReader(lambda: models.RunResult),
    idempotent=True,
    null_is_unknown=True,
)


def runs_run_body(
    *,
    assistant_id: str,
    thread_id: str | None = None,
    thread: models.AssistantThread | dicts.AssistantThreadDict | None = None,
    model: str | None = None,
    response_format: Literal["json_object", "text"] | None = None,
    instructions: str | None = None,
    thought_instructions: str | None = None,
    chat_instructions: str | None = None,
    tools: Sequence[ToolDescription] | None = None,
    metadata: Mapping[str, str] | None = None,
    tool_output: models.ToolOutput | dicts.ToolOutputDict | None = None,
    model_parameters: models.AssistantModelParameters
    | dicts.AssistantModelParametersDict
    | None = None,
    user_info: models.AssistantUserInfo | dicts.AssistantUserInfoDict | None = None,
    user_loc: models.AssistantUserLoc | dicts.AssistantUserLocDict | None = None,
) -> dict[str, Any]:
    return {
        "assistant_id": assistant_id,
        "thread_id": thread_id,
        "thread": as_part("thread", thread, AssistantThread),
        "model": model,
        "response_format": response_format,
        "instructions": instructions,
        "thought_instructions": thought_instructions,
        "chat_instructions": chat_instructions,
        "tools": as_parts("tools", described(as_items("tools", tools)), AssistantTool),
        "metadata": as_pairs("metadata", metadata),
        "tool_output": as_part("tool_output", tool_output, ToolOutput),
        "model_parameters": as_part("model_parameters", model_parameters, AssistantModelParameters),
        "user_info": as_part("user_info", user_info, AssistantUserInfo),
        "user_loc": as_part("user_loc", user_loc, AssistantUserLoc),
    }


def runs_submit_tool_outputs_body(
    *, run_id: str, thread_id: str, tool_outputs: Sequence[models.ToolOutput | dicts.ToolOutputDict]
) -> dict[str, Any]:
    return {
        "thread_id": thread_id,
        "run_id": run_id,
        "tool_outputs": as_parts("tool_outputs", tool_outputs, ToolOutput),
    }


def runs_submit_tool_outputs(
    *, run_id: str, thread_id: str, tool_outputs: Sequence[models.ToolOutput | dicts.ToolOutputDict]
) -> Call[models.RunResult]:
    return SUBMIT_TOOL_OUTPUTS.call(
        runs_submit_tool_outputs_body(thread_id=thread_id, run_id=run_id, tool_outputs=tool_outputs)
    )


def runs_cancel(*, run_id: str, thread_id: str, sync: bool | None = None) -> Call[models.RunResult]:
    return CANCEL_RUN.call({"thread_id": thread_id, "run_id": run_id, "sync": sync})


def runs_list(
    *,
    thread_id: str,
    limit: int | None = None,
    order: Literal["asc", "desc"] | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Call[models.RunList]:
    return LIST_RUNS.call(
        {"thread_id": thread_id, "limit": limit, "order": order, "after": after, "before": before}
    )


def runs_query(*, thread_id: str, run_id: str) -> Call[models.RunResult]:
    return QUERY_RUN.call({"thread_id": thread_id, "run_id": run_id})
