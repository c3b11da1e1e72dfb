"""The objects of the API, as they are on the wire.

Requests take these or plain dicts of the same shape; answers are these. A field has the name it
has on the wire (`run.object`, the misspelt `step.step_datail`); one that is absent reads as the
spec's default or None; unknown ones are in `.additional_properties`, and `.to_dict()` gives back
everything that came. `FileContent` is ours: the service answers with bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from appbuilder_api.models import (
        Assistant,
        AssistantChatParameters,
        AssistantContent,
        AssistantFile,
        AssistantFileList,
        AssistantFunction,
        AssistantList,
        AssistantMessage,
        AssistantModelParameters,
        AssistantText,
        AssistantThoughtParameters,
        AssistantThread,
        AssistantTool,
        AssistantUserInfo,
        AssistantUserLoc,
        Deleted,
        File,
        FileList,
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

    from ._core.files import FileContent

__all__ = [
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
    "File",
    "FileContent",
    "FileList",
    "FinalAnswer",
    "FinalAnswerMessage",
    "FunctionCall",
    "Json",
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
    "final_text",
]


Json: TypeAlias = Mapping[str, Any]
"""A plain dict of the same shape as a request type."""


# Hidden from type checkers, who would take any name for one that is there.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        # Each model is imported when it is first named: together they cost more than the rest.
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        home = "._core.files" if name == "FileContent" else "appbuilder_api.models"
        value = getattr(import_module(home, __package__), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return __all__


def final_text(run: RunResult) -> str:
    """The answer of a run as one text; "" when it has none.

    Only `run` and `submit_tool_outputs` answer with it: queries and lists leave `final_answer`
    out even of a completed run. Reads both forms of its content, one part and a list of parts.
    """
    message = run.final_answer.message if run.final_answer else None
    content = message.content if message else None
    parts = content if isinstance(content, list) else [content]
    # Values are kept as they came, and this one is not sure to be a text.
    texts: list[object] = [part.text.value for part in parts if part and part.text]
    return "".join(text for text in texts if isinstance(text, str))
