# Generated from openapi.yaml by `make generate`; do not edit.

"""The objects on the wire. A model's module is imported when the model is first named here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .assistant import Assistant
    from .assistant_chat_parameters import AssistantChatParameters
    from .assistant_content import AssistantContent
    from .assistant_function import AssistantFunction
    from .assistant_message import AssistantMessage
    from .assistant_model_parameters import AssistantModelParameters
    from .assistant_text import AssistantText
    from .assistant_thought_parameters import AssistantThoughtParameters
    from .assistant_thread import AssistantThread
    from .assistant_tool import AssistantTool
    from .assistant_user_info import AssistantUserInfo
    from .assistant_user_loc import AssistantUserLoc
    from .cancel_run_request import CancelRunRequest
    from .create_assistant_request import CreateAssistantRequest
    from .create_message_request import CreateMessageRequest
    from .create_run_request import CreateRunRequest
    from .create_thread_request import CreateThreadRequest
    from .error_detail import ErrorDetail
    from .error_envelope import ErrorEnvelope
    from .final_answer import FinalAnswer
    from .final_answer_message import FinalAnswerMessage
    from .function_call import FunctionCall
    from .last_error import LastError
    from .list_run_steps_request import ListRunStepsRequest
    from .list_runs_request import ListRunsRequest
    from .message import Message
    from .query_run_request import QueryRunRequest
    from .query_run_step_request import QueryRunStepRequest
    from .required_action import RequiredAction
    from .run_action_info import RunActionInfo
    from .run_list import RunList
    from .run_message_creation import RunMessageCreation
    from .run_result import RunResult
    from .run_step import RunStep
    from .run_step_detail import RunStepDetail
    from .run_step_list import RunStepList
    from .stream_run_detail import StreamRunDetail
    from .stream_run_message import StreamRunMessage
    from .stream_run_status import StreamRunStatus
    from .submit_tool_output import SubmitToolOutput
    from .submit_tool_outputs_request import SubmitToolOutputsRequest
    from .thread import Thread
    from .tool_call import ToolCall
    from .tool_info import ToolInfo
    from .tool_output import ToolOutput
else:
    # Out of type checkers' sight: they know the names from above, and that there are no others.
    _MODULES = {
        "Assistant": "assistant",
        "AssistantChatParameters": "assistant_chat_parameters",
        "AssistantContent": "assistant_content",
        "AssistantFunction": "assistant_function",
        "AssistantMessage": "assistant_message",
        "AssistantModelParameters": "assistant_model_parameters",
        "AssistantText": "assistant_text",
        "AssistantThoughtParameters": "assistant_thought_parameters",
        "AssistantThread": "assistant_thread",
        "AssistantTool": "assistant_tool",
        "AssistantUserInfo": "assistant_user_info",
        "AssistantUserLoc": "assistant_user_loc",
        "CancelRunRequest": "cancel_run_request",
        "CreateAssistantRequest": "create_assistant_request",
        "CreateMessageRequest": "create_message_request",
        "CreateRunRequest": "create_run_request",
        "CreateThreadRequest": "create_thread_request",
        "ErrorDetail": "error_detail",
        "ErrorEnvelope": "error_envelope",
        "FinalAnswer": "final_answer",
        "FinalAnswerMessage": "final_answer_message",
        "FunctionCall": "function_call",
        "LastError": "last_error",
        "ListRunsRequest": "list_runs_request",
        "ListRunStepsRequest": "list_run_steps_request",
        "Message": "message",
        "QueryRunRequest": "query_run_request",
        "QueryRunStepRequest": "query_run_step_request",
        "RequiredAction": "required_action",
        "RunActionInfo": "run_action_info",
        "RunList": "run_list",
        "RunMessageCreation": "run_message_creation",
        "RunResult": "run_result",
        "RunStep": "run_step",
        "RunStepDetail": "run_step_detail",
        "RunStepList": "run_step_list",
        "StreamRunDetail": "stream_run_detail",
        "StreamRunMessage": "stream_run_message",
        "StreamRunStatus": "stream_run_status",
        "SubmitToolOutput": "submit_tool_output",
        "SubmitToolOutputsRequest": "submit_tool_outputs_request",
        "Thread": "thread",
        "ToolCall": "tool_call",
        "ToolInfo": "tool_info",
        "ToolOutput": "tool_output",
    }

    def __getattr__(name: str) -> type:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        model = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        globals()[name] = model
        return model

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


__all__ = (
    "Assistant",
    "AssistantChatParameters",
    "AssistantContent",
    "AssistantFunction",
    "AssistantMessage",
    "AssistantModelParameters",
    "AssistantText",
    "AssistantThoughtParameters",
    "AssistantThread",
    "AssistantTool",
    "AssistantUserInfo",
    "AssistantUserLoc",
    "CancelRunRequest",
    "CreateAssistantRequest",
    "CreateMessageRequest",
    "CreateRunRequest",
    "CreateThreadRequest",
    "ErrorDetail",
    "ErrorEnvelope",
    "FinalAnswer",
    "FinalAnswerMessage",
    "FunctionCall",
    "LastError",
    "ListRunsRequest",
    "ListRunStepsRequest",
    "Message",
    "QueryRunRequest",
    "QueryRunStepRequest",
    "RequiredAction",
    "RunActionInfo",
    "RunList",
    "RunMessageCreation",
    "RunResult",
    "RunStep",
    "RunStepDetail",
    "RunStepList",
    "StreamRunDetail",
    "StreamRunMessage",
    "StreamRunStatus",
    "SubmitToolOutput",
    "SubmitToolOutputsRequest",
    "Thread",
    "ToolCall",
    "ToolInfo",
    "ToolOutput",
)
