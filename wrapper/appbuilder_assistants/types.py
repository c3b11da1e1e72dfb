# Written by `make generate` from openapi.yaml; do not edit.
"""The objects of the API, as they are on the wire.

Requests take these or plain dicts of the same shape, which have types as well, such as
`AssistantThreadDict`; results are these. A field has the name it has on the wire (`run.object`, the
misspelt `step.step_datail`); one that is absent reads as the spec's default or None; unknown ones
are in `.additional_properties`, and `.to_dict()` gives back everything that came. `FileContent` is
ours: the service answers with bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from ._lazy import loaded

if TYPE_CHECKING:
    from appbuilder_api.dicts import (
        AssistantChatParametersDict,
        AssistantFunctionDict,
        AssistantMessageDict,
        AssistantModelParametersDict,
        AssistantThoughtParametersDict,
        AssistantThreadDict,
        AssistantToolDict,
        AssistantUserInfoDict,
        AssistantUserLocDict,
        ToolOutputDict,
    )
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

__all__ = [
    "Assistant",
    "AssistantChatParameters",
    "AssistantChatParametersDict",
    "AssistantContent",
    "AssistantFile",
    "AssistantFileList",
    "AssistantFunction",
    "AssistantFunctionDict",
    "AssistantList",
    "AssistantMessage",
    "AssistantMessageDict",
    "AssistantModelParameters",
    "AssistantModelParametersDict",
    "AssistantText",
    "AssistantThoughtParameters",
    "AssistantThoughtParametersDict",
    "AssistantThread",
    "AssistantThreadDict",
    "AssistantTool",
    "AssistantToolDict",
    "AssistantUserInfo",
    "AssistantUserInfoDict",
    "AssistantUserLoc",
    "AssistantUserLocDict",
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
    "ToolOutputDict",
    "final_text",
]


Json: TypeAlias = Mapping[str, Any]
"""A plain dict of the same shape as a request type."""


@dataclass(frozen=True, slots=True)
class FileContent:
    """The bytes of a file and their media type, as the service names it ("" if it does not)."""

    content: bytes = field(repr=False)
    content_type: str = ""


_DICTS = (
    "AssistantChatParametersDict",
    "AssistantFunctionDict",
    "AssistantMessageDict",
    "AssistantModelParametersDict",
    "AssistantThoughtParametersDict",
    "AssistantThreadDict",
    "AssistantToolDict",
    "AssistantUserInfoDict",
    "AssistantUserLocDict",
    "ToolOutputDict",
)

# Hidden from type checkers, which would take any name for an existing one.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        # Each model is imported when it is first named: together they cost more than the rest.
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = "appbuilder_api.dicts" if name in _DICTS else "appbuilder_api.models"
        value = loaded(f"{__name__}.{name}", lambda: getattr(import_module(module), name))
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return __all__


def final_text(source: RunResult | Message | StreamRunMessage) -> str:
    """The text that a run, a message or a message event of a stream holds; for an event, its piece.

    Only `run` and `submit_tool_outputs` answer with a run that holds its text: queries and lists
    leave `final_answer` out even of a completed one. Raises NoTextError for these, and for a run
    that did not complete: `client.text` looks up what is missing.
    """
    from ._core.runs.texts import text_of

    return text_of(source)
