"""Every operation of openapi.yaml as a value: what to send, how to read it, may it be repeated.

The one place that knows both the generated code and the rest. `tests/border` holds it to the spec.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

from appbuilder_api.api.assistants import create_assistant
from appbuilder_api.api.messages import create_message
from appbuilder_api.api.runs import cancel_run, create_run, list_runs, query_run
from appbuilder_api.api.runs import submit_tool_outputs as submit_outputs
from appbuilder_api.api.steps import list_run_steps, query_run_step
from appbuilder_api.api.threads import create_thread
from appbuilder_api.models import (
    Assistant,
    AssistantMessage,
    AssistantModelParameters,
    AssistantThread,
    AssistantTool,
    AssistantUserInfo,
    AssistantUserLoc,
    CancelRunRequest,
    CreateAssistantRequest,
    CreateMessageRequest,
    CreateRunRequest,
    CreateThreadRequest,
    ListRunsRequest,
    ListRunStepsRequest,
    Message,
    QueryRunRequest,
    QueryRunStepRequest,
    RunList,
    RunResult,
    RunStep,
    RunStepList,
    StreamRunMessage,
    StreamRunStatus,
    SubmitToolOutputsRequest,
    Thread,
    ToolOutput,
)

from ._core.calls import LOOK_UP_SECONDS, RUN_SECONDS, Call, Request, StreamCall, json_body
from .types import Json

T = TypeVar("T")

Format = Literal["json_object", "text"]
Order = Literal["asc", "desc"]


def assistants_create(
    *,
    name: str,
    description: str | None = None,
    model: str | None = None,
    response_format: Format | None = None,
    instructions: str | None = None,
    thought_instructions: str | None = None,
    chat_instructions: str | None = None,
    tools: Sequence[AssistantTool | Json] | None = None,
    file_ids: Sequence[str] | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Call[Assistant]:
    body = CreateAssistantRequest(
        name=name,
        description=description,
        model=model,
        response_format=response_format,
        instructions=instructions,
        thought_instructions=thought_instructions,
        chat_instructions=chat_instructions,
        tools=_items("tools", tools),
        file_ids=_items("file_ids", file_ids),
        metadata=_object("metadata", metadata),
    )
    built = create_assistant.request(body)
    return _call("createAssistant", built, Assistant.from_dict, repeatable=False)


def threads_create(*, messages: Sequence[AssistantMessage | Json] | None = None) -> Call[Thread]:
    body = CreateThreadRequest(messages=_items("messages", messages))
    return _call("createThread", create_thread.request(body), Thread.from_dict, repeatable=False)


def messages_create(
    *,
    thread_id: str,
    content: str,
    role: Literal["assistant", "user"] = "user",
    file_ids: Sequence[str] | None = None,
) -> Call[Message]:
    body = CreateMessageRequest(
        thread_id=thread_id, content=content, role=role, file_ids=_items("file_ids", file_ids)
    )
    return _call("createMessage", create_message.request(body), Message.from_dict, repeatable=False)


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
    tools: Sequence[AssistantTool | Json] | None = None,
    metadata: Mapping[str, str] | None = None,
    tool_output: ToolOutput | Json | None = None,
    model_parameters: AssistantModelParameters | Json | None = None,
    user_info: AssistantUserInfo | Json | None = None,
    user_loc: AssistantUserLoc | Json | None = None,
) -> CreateRunRequest:
    """What `runs_run` and `runs_stream_run` have in common.

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
        thread=_object("thread", thread),
        model=model,
        response_format=response_format,
        instructions=instructions,
        thought_instructions=thought_instructions,
        chat_instructions=chat_instructions,
        tools=_items("tools", tools),
        metadata=_object("metadata", metadata),
        tool_output=_object("tool_output", tool_output),
        model_parameters=_object("model_parameters", model_parameters),
        user_info=_object("user_info", user_info),
        user_loc=_object("user_loc", user_loc),
    )


def runs_run(body: CreateRunRequest) -> Call[RunResult]:
    body.stream = False
    built = create_run.request(body)
    return _call("createRun", built, RunResult.from_dict, repeatable=False, seconds=RUN_SECONDS)


def runs_stream_run(body: CreateRunRequest) -> StreamCall:
    body.stream = True
    return StreamCall(
        operation="createRun",
        request=_request("createRun", create_run.request(body)),
        repeatable=False,
        read_seconds=RUN_SECONDS,
        read_status=StreamRunStatus.from_dict,
        read_message=StreamRunMessage.from_dict,
    )


def runs_submit_tool_outputs(
    *, run_id: str, thread_id: str, tool_outputs: Sequence[ToolOutput | Json]
) -> Call[RunResult]:
    body = SubmitToolOutputsRequest(
        thread_id=thread_id, run_id=run_id, tool_outputs=_items("tool_outputs", tool_outputs)
    )
    return _call(
        "submitToolOutputs",
        submit_outputs.request(body),
        RunResult.from_dict,
        repeatable=False,
        seconds=RUN_SECONDS,
    )


def runs_cancel(*, run_id: str, thread_id: str, sync: bool | None = None) -> Call[RunResult]:
    body = CancelRunRequest(thread_id=thread_id, run_id=run_id, sync=sync)
    return _call("cancelRun", cancel_run.request(body), RunResult.from_dict, repeatable=True)


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
    return _call("listRuns", list_runs.request(body), RunList.from_dict, repeatable=True)


def runs_query(*, thread_id: str, run_id: str) -> Call[RunResult]:
    body = QueryRunRequest(thread_id=thread_id, run_id=run_id)
    return _call("queryRun", query_run.request(body), RunResult.from_dict, repeatable=True)


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
    return _call("listRunSteps", built, RunStepList.from_dict, repeatable=True)


def steps_query(*, thread_id: str, run_id: str, step_id: str) -> Call[RunStep]:
    body = QueryRunStepRequest(thread_id=thread_id, run_id=run_id, step_id=step_id)
    return _call("queryRunStep", query_run_step.request(body), RunStep.from_dict, repeatable=True)


def _call(
    operation: str,
    built: Mapping[str, Any],
    parse: Callable[[dict[str, Any]], T],
    *,
    repeatable: bool,
    seconds: float = LOOK_UP_SECONDS,
) -> Call[T]:
    return Call(
        operation=operation,
        request=_request(operation, built),
        parse=parse,
        repeatable=repeatable,
        read_seconds=seconds,
    )


def _request(operation: str, built: Mapping[str, Any]) -> Request:
    return Request(built["method"], built["url"], json_body(operation, built["json"]))


# A request model holds plain dicts as well as models: writing it as JSON takes both.


def _items(name: str, value: Sequence[Any] | None) -> Any:
    if value is None:
        return None
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        raise TypeError(f"{name}: expected a list, got {type(value).__name__}")
    return list(value)


def _object(name: str, value: object) -> Any:
    if value is None or isinstance(value, Mapping) or hasattr(value, "to_dict"):
        return value
    raise TypeError(f"{name}: expected a request type or a dict, got {type(value).__name__}")
