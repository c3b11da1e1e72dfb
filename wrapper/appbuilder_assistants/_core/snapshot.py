"""The run so far, as the events of its stream tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from appbuilder_assistants.types import RunResult, StreamRunMessage, StreamRunStatus, ToolCall

FINAL_STATUSES = frozenset({"completed", "failed", "cancelled", "expired"})


class RunSnapshot:
    """What is known of a run while its stream is read, and after.

    Each field is None, or empty, until an event tells it. `run` is the run object as last told;
    when `finished` it is the final one (None if the final event had none). `tool_calls` are those
    that wait for an output. `last_send_id` is the number of the last event that had one.
    """

    __slots__ = (
        "_texts",
        "finished",
        "last_send_id",
        "run",
        "run_id",
        "status",
        "thread_id",
        "tool_calls",
    )

    def __init__(self) -> None:
        self.run_id: str | None = None
        self.thread_id: str | None = None
        self.status: str | None = None
        self.run: RunResult | None = None
        self.tool_calls: list[ToolCall] = []
        self.last_send_id: int | None = None
        self.finished = False
        self._texts: dict[str, list[str]] = {}

    @property
    def messages(self) -> dict[str, str]:
        """The text of each message so far, by message id, in order of appearance."""
        return {message_id: "".join(texts) for message_id, texts in self._texts.items()}

    def __repr__(self) -> str:
        return (
            f"RunSnapshot(run_id={self.run_id!r}, thread_id={self.thread_id!r}, "
            f"status={self.status!r}, last_send_id={self.last_send_id}, finished={self.finished})"
        )

    # Both read the whole event before they change anything: one that turns out to be malformed
    # halfway leaves the run so far as it was.

    def apply_status(self, event: StreamRunStatus) -> None:
        """Take in a `status` event."""
        details = event.details
        run = details.run_object if details else None
        step = details.run_step_object if details else None
        calls = self._waiting(
            event.event_type, event.status, details.tool_calls if details else None
        )
        finished = event.event_type == "run_end" or (
            run is not None and run.status in FINAL_STATUSES
        )
        if run is not None:
            self.run, self.run_id, self.thread_id = run, run.id, run.thread_id
        elif step is not None:
            self.run_id, self.thread_id = step.run_id, step.thread_id
        # A step ends with a status of its own, which is not the run's.
        if event.event_type != "tool_step_end":
            self.status = event.status
        self.last_send_id = event.send_id
        self.tool_calls = calls
        self.finished = finished

    def apply_message(self, event: StreamRunMessage) -> None:
        """Take in a `message` event: a piece of the answer."""
        parts = event.content or []
        text = "".join(part.text.value for part in parts if part.text is not None)
        self._texts.setdefault(event.message_id, []).append(text)
        self.last_send_id = event.send_id

    def _waiting(self, kind: str, status: str, calls: list[ToolCall] | None) -> list[ToolCall]:
        """The calls that wait for an output after an event that names these."""
        if kind == "tool_calls":
            return list(calls or [])
        if kind == "tool_submitted_output":
            # Without a word on which outputs came, all are taken to have come.
            answered = {call.id for call in calls or self.tool_calls}
            return [call for call in self.tool_calls if call.id not in answered]
        return self.tool_calls if status == "requires_action" else []
