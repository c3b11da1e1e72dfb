# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from ..models.assistant_model_parameters import AssistantModelParameters
from ..models.assistant_thread import AssistantThread
from ..models.assistant_tool import AssistantTool
from ..models.assistant_user_info import AssistantUserInfo
from ..models.assistant_user_loc import AssistantUserLoc
from ..models.tool_output import ToolOutput
from ..types import Fields, Model, define, listed, new


@define
class CreateRunRequest(Model):
    """An assistant to run, its thread, and settings for this run only."""

    assistant_id: str
    """The assistant to run."""

    thread_id: str | None = None
    """The thread to run on. If it is absent or empty, a new thread is created from `thread`."""

    thread: AssistantThread | None = None
    """A message to append before the run."""

    model: str | None = None
    """The model's name for this run. Names change over time, so any is accepted."""

    response_format: Literal["json_object", "text"] | None = None
    """The form of the answer. Defaults to `text`."""

    instructions: str | None = None
    """Instead of the assistant's own, at most 4096 characters."""

    thought_instructions: str | None = None
    """Instead of the assistant's own, at most 4096 characters."""

    chat_instructions: str | None = None
    """Instead of the assistant's own, at most 4096 characters."""

    stream: bool | None = None
    """Whether to stream the run's events. Defaults to `false`."""

    tools: list[AssistantTool] | None = None
    """Functions the run may call, at most 10; with any, instead of the assistant's."""

    metadata: dict[str, str] | None = None
    """At most 16 pairs; keys of at most 64 characters, values of at most 512."""

    tool_output: ToolOutput | None = None
    """The output with which a run in `requires_action` continues."""

    model_parameters: AssistantModelParameters | None = None
    """Sampling parameters for this run."""

    user_info: AssistantUserInfo | None = None
    """Information on the end user."""

    user_loc: AssistantUserLoc | None = None
    """The end user's location."""

    _fields: ClassVar[Fields] = (
        ("assistant_id", "assistant_id", ..., None),
        ("thread_id", "thread_id", None, None),
        ("thread", "thread", None, None),
        ("model", "model", None, None),
        ("response_format", "response_format", None, None),
        ("instructions", "instructions", None, None),
        ("thought_instructions", "thought_instructions", None, None),
        ("chat_instructions", "chat_instructions", None, None),
        ("stream", "stream", None, None),
        ("tools", "tools", None, None),
        ("metadata", "metadata", None, None),
        ("tool_output", "tool_output", None, None),
        ("model_parameters", "model_parameters", None, None),
        ("user_info", "user_info", None, None),
        ("user_loc", "user_loc", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CreateRunRequest:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.assistant_id = data["assistant_id"]
        self.thread_id = get("thread_id")
        self.thread = None if (value := get("thread")) is None else AssistantThread.from_dict(value)
        self.model = get("model")
        self.response_format = get("response_format")
        self.instructions = get("instructions")
        self.thought_instructions = get("thought_instructions")
        self.chat_instructions = get("chat_instructions")
        self.stream = get("stream")
        self.tools = (
            None
            if (value := get("tools")) is None
            else [
                *map(
                    AssistantTool.from_dict,
                    value if type(value) is list else listed("tools", value),
                )
            ]
        )
        self.metadata = get("metadata")
        self.tool_output = (
            None if (value := get("tool_output")) is None else ToolOutput.from_dict(value)
        )
        self.model_parameters = (
            None
            if (value := get("model_parameters")) is None
            else AssistantModelParameters.from_dict(value)
        )
        self.user_info = (
            None if (value := get("user_info")) is None else AssistantUserInfo.from_dict(value)
        )
        self.user_loc = (
            None if (value := get("user_loc")) is None else AssistantUserLoc.from_dict(value)
        )
        return self
