# Generated from openapi.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from ..models.stream_run_detail import StreamRunDetail
from ..types import Fields, Model, define, new


@define
class StreamRunStatus(Model):
    """The payload of a `status` event: where the run stands."""

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

    send_id: int
    """Counts 1, 2, 3, … over the stream."""

    event_type: (
        Literal[
            "message_creation",
            "run_begin",
            "run_cancelling",
            "run_end",
            "tool_calls",
            "tool_step_begin",
            "tool_step_end",
            "tool_submitted_output",
        ]
        | str
    )
    """The kind of event. The server may have more words than these."""

    message: str = ""
    """The event in words, such as `run end. duration:10s logId:…`."""

    details: StreamRunDetail | None = None
    """The object of the event."""

    _fields: ClassVar[Fields] = (
        ("status", "status", ..., None),
        ("send_id", "send_id", ..., None),
        ("message", "message", "", ""),
        ("event_type", "event_type", ..., None),
        ("details", "details", None, None),
    )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> StreamRunStatus:
        """Read it from JSON. KeyError, TypeError or AttributeError: it does not fit; see Model."""
        self = new(cls)
        self._source = data  # type: ignore[misc]  # mypy sees only the slots of this class
        get = data.get
        self.status = data["status"]
        self.send_id = data["send_id"]
        self.event_type = data["event_type"]
        self.message = get("message") or ""
        self.details = (
            None if (value := get("details")) is None else StreamRunDetail.from_dict(value)
        )
        return self
