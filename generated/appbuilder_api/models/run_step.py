# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from ..models.last_error import LastError
from ..models.run_step_detail import RunStepDetail
from ..types import Fields, Model, define, new


@define
class RunStep(Model):
    """One step of a run."""

    id: str
    """`step-1`, `step-2`, … within the run."""

    object: str
    """Always `thread.run.step`."""

    thread_id: str
    """The run's thread."""

    run_id: str
    """The step's run."""

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

    assistant_id: str | None = ""
    """The assistant that runs; null from queryRunStep."""

    created_at: int = 0
    """When it was created, milliseconds."""

    started_at: int = 0
    """When it started, milliseconds, or 0."""

    expired_at: int = 0
    """When it expired, milliseconds, or 0."""

    cancelled_at: int = 0
    """When it was cancelled, milliseconds, or 0."""

    failed_at: int = 0
    """When it failed, milliseconds, or 0."""

    completed_at: int = 0
    """When it completed, milliseconds, or 0."""

    last_error: LastError | str | None = None
    """Why the step failed; the empty string was seen where nothing failed."""

    type: Literal["message_creation", "null", "tool_calls"] | str | None = None
    """The kind of step. Null and the text `null` were seen; the server may know more words."""

    step_datail: RunStepDetail | None = None
    """The content of the step. The misspelling is that of the wire."""

    _fields: ClassVar[Fields] = (
        ("id", "id", ..., None),
        ("object", "object", ..., None),
        ("assistant_id", "assistant_id", "", None),
        ("thread_id", "thread_id", ..., None),
        ("run_id", "run_id", ..., None),
        ("status", "status", ..., None),
        ("created_at", "created_at", 0, 0),
        ("started_at", "started_at", 0, 0),
        ("expired_at", "expired_at", 0, 0),
        ("cancelled_at", "cancelled_at", 0, 0),
        ("failed_at", "failed_at", 0, 0),
        ("completed_at", "completed_at", 0, 0),
        ("last_error", "last_error", None, None),
        ("type", "type", None, None),
        ("step_datail", "step_datail", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> RunStep:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.id = data["id"]
        self.object = data["object"]
        self.thread_id = data["thread_id"]
        self.run_id = data["run_id"]
        self.status = data["status"]
        self.assistant_id = get("assistant_id", "")
        self.created_at = get("created_at") or 0
        self.started_at = get("started_at") or 0
        self.expired_at = get("expired_at") or 0
        self.cancelled_at = get("cancelled_at") or 0
        self.failed_at = get("failed_at") or 0
        self.completed_at = get("completed_at") or 0
        self.last_error = (
            None
            if (value := get("last_error")) is None
            else LastError.from_dict(value)
            if isinstance(value, dict)
            else value
        )
        self.type = get("type")
        self.step_datail = (
            None if (value := get("step_datail")) is None else RunStepDetail.from_dict(value)
        )
        return self
