# Written by `make generate` from openapi.yaml; do not edit.
"""Types of the official SDK, under its names."""

from __future__ import annotations

from enum import Enum

from appbuilder_assistants.types import (
    AssistantThread,
    Deleted,
    FinalAnswer,
    FinalAnswerMessage,
    FunctionCall,
    LastError,
    Message,
    MessageFile,
    MessageFileList,
    MessageList,
    RequiredAction,
    RunActionInfo,
    RunList,
    RunMessageCreation,
    RunResult,
    RunStep,
    RunStepDetail,
    RunStepList,
    StreamRunDetail,
    StreamRunMessage,
    StreamRunStatus,
    SubmitToolOutput,
    Thread,
    ToolCall,
    ToolInfo,
    ToolOutput,
)

from ._written import AssistantMessage, AssistantRunModel, AssistantTool
from .public_type import (
    AssistantContent,
    AssistantModelParameters,
    AssistantUserInfo,
    AssistantUserLoc,
    ResponseFormat,
)

__all__ = [
    "AssistantContent",
    "AssistantContentFilesData",
    "AssistantMessage",
    "AssistantMessageCreateResponse",
    "AssistantMessageFilesResponse",
    "AssistantMessageListResponse",
    "AssistantMessageListResponseData",
    "AssistantMessageListRole",
    "AssistantMessageQueryResponse",
    "AssistantMessageRole",
    "AssistantMessageUpdateResponse",
    "AssistantModelParameters",
    "AssistantRunModel",
    "AssistantThread",
    "AssistantTool",
    "AssistantUserInfo",
    "AssistantUserLoc",
    "FinalAnswer",
    "FinalAnswerMessage",
    "FunctionCall",
    "LastError",
    "RequiredAction",
    "ResponseFormat",
    "RunActionInfo",
    "RunListOrderEnum",
    "RunListResponse",
    "RunMessageCreation",
    "RunResult",
    "RunStepDetail",
    "RunStepListResponse",
    "RunStepResult",
    "StreamRunDetail",
    "StreamRunMessage",
    "StreamRunStatus",
    "SubmitToolOutput",
    "ThreadCreateResponse",
    "ThreadDeleteResponse",
    "ThreadQueryResponse",
    "ThreadUpdateResponse",
    "ToolCall",
    "ToolInfo",
    "ToolOutput",
]


class AssistantMessageListRole(str, Enum):
    """By creation, newest first (`desc`) or oldest first (`asc`). Defaults to `desc`."""

    ASC = "asc"
    DESC = "desc"


class RunListOrderEnum(str, Enum):
    """By creation, newest first (`desc`) or oldest first (`asc`). Defaults to `desc`."""

    ASC = "asc"
    DESC = "desc"


class AssistantMessageRole(str, Enum):
    """The author of the message.

    Documented is `user`; the official client allows `assistant`, too.
    """

    USER = "user"
    ASSISTANT = "assistant"


ThreadCreateResponse = Thread
ThreadQueryResponse = Thread
ThreadUpdateResponse = Thread
AssistantMessageCreateResponse = Message
AssistantMessageListResponseData = Message
AssistantMessageQueryResponse = Message
AssistantMessageUpdateResponse = Message
AssistantMessageListResponse = MessageList
AssistantContentFilesData = MessageFile
AssistantMessageFilesResponse = MessageFileList
ThreadDeleteResponse = Deleted
RunListResponse = RunList
RunStepListResponse = RunStepList
RunStepResult = RunStep
