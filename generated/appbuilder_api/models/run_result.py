# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from ..models.assistant_tool import AssistantTool
from ..models.final_answer import FinalAnswer
from ..models.last_error import LastError
from ..models.required_action import RequiredAction
from ..types import Fields, Model, define, listed, new


@define
class RunResult(Model):
    """A run. The response of createRun and, which is our choice, of submitToolOutputs (`object` is
    `run.result`) omits `model`, the instructions, `tools` and `file_ids`; in queries, lists and
    events (`thread.run`) `final_answer` is null even when the run completed.
    """

    id: str
    """`run_` and 32 hexadecimal digits."""

    object: str
    """`run.result` from createRun and submitToolOutputs, `thread.run` elsewhere."""

    assistant_id: str
    """The assistant that runs."""

    thread_id: str
    """The thread it runs on."""

    status: (
        Literal[
            "cancelled",
            "cancelling",
            "completed",
            "expired",
            "failed",
            "in_progress",
            "queued",
            "requires_action",
        ]
        | str
    )
    """Where a run or a step stands. The server may know more words than these."""

    model: str = ""
    """The model's name: the requested one, else the assistant's."""

    instructions: str = ""
    """The instructions of this run."""

    thought_instructions: str = ""
    """The planning instructions of this run."""

    chat_instructions: str = ""
    """The wording instructions of this run."""

    tools: list[AssistantTool] | None = None
    """Functions the run may call."""

    file_ids: list[str] | None = None
    """Ids of files the run may use."""

    required_action: RequiredAction | None = None
    """The action that the run waits for while its status is `requires_action`."""

    last_error: LastError | None = None
    """Why the run failed."""

    final_answer: FinalAnswer | None = None
    """The answer of a run that completed; null in queries, lists and events."""

    created_at: int = 0
    """When it was created, milliseconds."""

    started_at: int = 0
    """When it started, milliseconds, or 0. It is set again when `tool_output` continues a run, as
    recorded; it is not known whether submitToolOutputs does the same.
    """

    expired_at: int = 0
    """When it expired, milliseconds, or 0."""

    cancelled_at: int = 0
    """When it was cancelled, milliseconds, or 0."""

    failed_at: int = 0
    """When it failed, milliseconds, or 0."""

    completed_at: int = 0
    """When it completed, milliseconds, or 0."""

    _fields: ClassVar[Fields] = (
        ("id", "id", ..., None),
        ("object", "object", ..., None),
        ("assistant_id", "assistant_id", ..., None),
        ("thread_id", "thread_id", ..., None),
        ("model", "model", "", ""),
        ("instructions", "instructions", "", ""),
        ("thought_instructions", "thought_instructions", "", ""),
        ("chat_instructions", "chat_instructions", "", ""),
        ("tools", "tools", None, None),
        ("file_ids", "file_ids", None, None),
        ("status", "status", ..., None),
        ("required_action", "required_action", None, None),
        ("last_error", "last_error", None, None),
        ("final_answer", "final_answer", None, None),
        ("created_at", "created_at", 0, 0),
        ("started_at", "started_at", 0, 0),
        ("expired_at", "expired_at", 0, 0),
        ("cancelled_at", "cancelled_at", 0, 0),
        ("failed_at", "failed_at", 0, 0),
        ("completed_at", "completed_at", 0, 0),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> RunResult:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.id = data["id"]
        self.object = data["object"]
        self.assistant_id = data["assistant_id"]
        self.thread_id = data["thread_id"]
        self.status = data["status"]
        self.model = get("model") or ""
        self.instructions = get("instructions") or ""
        self.thought_instructions = get("thought_instructions") or ""
        self.chat_instructions = get("chat_instructions") or ""
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
        self.file_ids = (
            None
            if (value := get("file_ids")) is None
            else (value if type(value) is list else listed("file_ids", value))
        )
        self.required_action = (
            None if (value := get("required_action")) is None else RequiredAction.from_dict(value)
        )
        self.last_error = (
            None if (value := get("last_error")) is None else LastError.from_dict(value)
        )
        self.final_answer = (
            None if (value := get("final_answer")) is None else FinalAnswer.from_dict(value)
        )
        self.created_at = get("created_at") or 0
        self.started_at = get("started_at") or 0
        self.expired_at = get("expired_at") or 0
        self.cancelled_at = get("cancelled_at") or 0
        self.failed_at = get("failed_at") or 0
        self.completed_at = get("completed_at") or 0
        return self
