"""The parts of threads, messages and runs."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

from appbuilder_assistants import types
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

from .public_type import (
    AssistantContent,
    AssistantModelParameters,
    AssistantTool,
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


class AssistantMessageRole(str, Enum):
    """The author of a message."""

    USER = "user"
    ASSISTANT = "assistant"


class AssistantMessageListRole(str, Enum):
    """The order of a list of messages."""

    DESC = "desc"
    ASC = "asc"


class RunListOrderEnum(str, Enum):
    """The order of a list of runs or steps."""

    DESC = "desc"
    ASC = "asc"


class AssistantRunModel(str, Enum):
    """The two models that the official SDK takes. Here any name goes."""

    ERNIE_4_0_8K = "ERNIE-4.0T-8K"
    ERNIE_3_5_8K = "DeepSeek-V3.1"


class AssistantMessage(types.AssistantMessage):
    """A message handed over with a thread; the user's, unless `role` says otherwise."""

    __slots__ = ()

    def __init__(
        self,
        content: str,
        role: str = "user",
        file_ids: Sequence[str] | None = None,
        metadata: dict[str, str] | None = None,
        **more: Any,  # what attrs.evolve gives
    ) -> None:
        speaker: Any = role.value if isinstance(role, Enum) else role
        files = None if file_ids is None else list(file_ids)
        super().__init__(content, speaker, files, metadata, **more)


ThreadCreateResponse = Thread
ThreadQueryResponse = Thread
ThreadUpdateResponse = Thread
ThreadDeleteResponse = Deleted
AssistantMessageCreateResponse = Message
AssistantMessageUpdateResponse = Message
AssistantMessageQueryResponse = Message
AssistantMessageListResponseData = Message
AssistantMessageListResponse = MessageList
AssistantMessageFilesResponse = MessageFileList
AssistantContentFilesData = MessageFile
RunListResponse = RunList
RunStepResult = RunStep
RunStepListResponse = RunStepList
