# Generated from openapi.yaml by `make generate`; do not edit.

"""The objects on the wire. A model's module is imported when the model is first named here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .assistant import Assistant
    from .assistant_chat_parameters import AssistantChatParameters
    from .assistant_content import AssistantContent
    from .assistant_file import AssistantFile
    from .assistant_file_list import AssistantFileList
    from .assistant_function import AssistantFunction
    from .assistant_list import AssistantList
    from .assistant_message import AssistantMessage
    from .assistant_model_parameters import AssistantModelParameters
    from .assistant_text import AssistantText
    from .assistant_thought_parameters import AssistantThoughtParameters
    from .assistant_thread import AssistantThread
    from .assistant_tool import AssistantTool
    from .assistant_user_info import AssistantUserInfo
    from .assistant_user_loc import AssistantUserLoc
    from .deleted import Deleted
    from .error_detail import ErrorDetail
    from .error_envelope import ErrorEnvelope
    from .file import File
    from .file_list import FileList
    from .final_answer import FinalAnswer
    from .final_answer_message import FinalAnswerMessage
    from .function_call import FunctionCall
    from .last_error import LastError
    from .message import Message
    from .message_file import MessageFile
    from .message_file_list import MessageFileList
    from .message_list import MessageList
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
    from .thread import Thread
    from .tool_call import ToolCall
    from .tool_info import ToolInfo
    from .tool_output import ToolOutput
    from .vendor_error import VendorError
else:
    # Out of type checkers' sight: they know the names from above, and that there are no others.
    _MODULES = {
        "Assistant": "assistant",
        "AssistantChatParameters": "assistant_chat_parameters",
        "AssistantContent": "assistant_content",
        "AssistantFile": "assistant_file",
        "AssistantFileList": "assistant_file_list",
        "AssistantFunction": "assistant_function",
        "AssistantList": "assistant_list",
        "AssistantMessage": "assistant_message",
        "AssistantModelParameters": "assistant_model_parameters",
        "AssistantText": "assistant_text",
        "AssistantThoughtParameters": "assistant_thought_parameters",
        "AssistantThread": "assistant_thread",
        "AssistantTool": "assistant_tool",
        "AssistantUserInfo": "assistant_user_info",
        "AssistantUserLoc": "assistant_user_loc",
        "Deleted": "deleted",
        "ErrorDetail": "error_detail",
        "ErrorEnvelope": "error_envelope",
        "File": "file",
        "FileList": "file_list",
        "FinalAnswer": "final_answer",
        "FinalAnswerMessage": "final_answer_message",
        "FunctionCall": "function_call",
        "LastError": "last_error",
        "Message": "message",
        "MessageFile": "message_file",
        "MessageFileList": "message_file_list",
        "MessageList": "message_list",
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
        "Thread": "thread",
        "ToolCall": "tool_call",
        "ToolInfo": "tool_info",
        "ToolOutput": "tool_output",
        "VendorError": "vendor_error",
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
    "AssistantFile",
    "AssistantFileList",
    "AssistantFunction",
    "AssistantList",
    "AssistantMessage",
    "AssistantModelParameters",
    "AssistantText",
    "AssistantThoughtParameters",
    "AssistantThread",
    "AssistantTool",
    "AssistantUserInfo",
    "AssistantUserLoc",
    "Deleted",
    "ErrorDetail",
    "ErrorEnvelope",
    "File",
    "FileList",
    "FinalAnswer",
    "FinalAnswerMessage",
    "FunctionCall",
    "LastError",
    "Message",
    "MessageFile",
    "MessageFileList",
    "MessageList",
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
    "Thread",
    "ToolCall",
    "ToolInfo",
    "ToolOutput",
    "VendorError",
)
