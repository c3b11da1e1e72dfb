"""Dispatch an event to one of a handler's methods, with a context of the known ids and objects."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable
from typing import TYPE_CHECKING, cast

from .events import RunEvent, UnknownEvent

if TYPE_CHECKING:
    from appbuilder_assistants._models import RunResult, StreamRunMessage, StreamRunStatus, ToolCall

STATUS_HOOKS = frozenset(
    {
        "message_creation",
        "run_begin",
        "run_cancelling",
        "run_end",
        "tool_calls",
        "tool_step_begin",
        "tool_step_end",
        "tool_submitted_output",
    }
)
_NO_STATUS = object()


class StreamRunContext:
    """The ids and objects that are known while one event is handled.

    The ids of the run, its thread and its assistant stay once known. The event itself, the tool
    calls that it asks for and the step that it begins or ends are of this event only, and None
    when it has none.
    """

    def __init__(self) -> None:
        self.current_event: RunEvent | None = None
        self.current_tool_calls: list[ToolCall] | None = None
        self.current_run_id: str | None = None
        self.current_run_step_id: str | None = None
        self.current_thread_id: str | None = None
        self.current_assistant_id: str | None = None

    def enter(self, event: RunEvent) -> None:
        """Take in the event that is handled next."""
        self.current_event = event
        self.current_tool_calls = None
        self.current_run_step_id = None
        details = getattr(event, "details", None)
        if details is None:
            return
        self.current_tool_calls = details.tool_calls or None
        run, step = details.run_object, details.run_step_object
        if step is not None:
            self.current_run_step_id = step.id or None
            self._know(step.run_id, step.thread_id, step.assistant_id)
        if run is not None:
            self._know(run.id, run.thread_id, run.assistant_id)

    def _know(self, run_id: str, thread_id: str, assistant_id: str | None) -> None:
        self.current_run_id = run_id or self.current_run_id
        self.current_thread_id = thread_id or self.current_thread_id
        self.current_assistant_id = assistant_id or self.current_assistant_id


class EventHooks:
    """One method for each kind of event. Each does nothing until it is overridden."""

    def messages(self, messages_event: StreamRunMessage) -> object:
        """A piece of the answer."""

    def message_creation(self, status_event: StreamRunStatus) -> object:
        """An answer begins."""

    def run_begin(self, status_event: StreamRunStatus) -> object:
        """The run begins; from here on its id is known."""

    def run_end(self, status_event: StreamRunStatus) -> object:
        """The run has ended, well or badly: see `status_event.status`."""

    def run_cancelling(self, status_event: StreamRunStatus) -> object:
        """The run is being cancelled."""

    def tool_step_begin(self, status_event: StreamRunStatus) -> object:
        """A step begins."""

    def tool_step_end(self, status_event: StreamRunStatus) -> object:
        """A step has ended."""

    def tool_calls(self, status_event: StreamRunStatus) -> object:
        """The run waits, and the stream with it, for `submit_tool_outputs`."""

    def tool_submitted_output(self, status_event: StreamRunStatus) -> object:
        """The outputs have come and the run continues."""

    def unknown(self, event: StreamRunStatus | UnknownEvent) -> object:
        """An event of a kind that this version does not know."""

    def reconciled(self, run: RunResult) -> object:
        """The stream broke off, and the run, looked up, has ended. `run_end` is not called then."""


def dispatch(hooks: EventHooks, event: RunEvent) -> object:
    """Call the hook of an event. Its result may still have to be awaited."""
    if isinstance(event, UnknownEvent):
        return hooks.unknown(event)
    kind: object = getattr(event, "event_type", _NO_STATUS)
    if kind is _NO_STATUS:
        return hooks.messages(cast("StreamRunMessage", event))
    status = cast("StreamRunStatus", event)
    # Values are kept as they came, and this one is not sure to be a text.
    if not isinstance(kind, str) or kind not in STATUS_HOOKS:
        return hooks.unknown(status)
    result: object = getattr(hooks, kind)(status)
    return result


def settle(result: object) -> None:
    """Refuse, by TypeError, a hook that would have to be awaited."""
    if isinstance(result, Awaitable):
        if inspect.iscoroutine(result):
            result.close()
        raise TypeError(
            "a handler's method must be a plain `def` here; with AsyncAppBuilder and "
            "AsyncAssistantEventHandler it may be `async def`"
        )


async def asettle(result: object) -> None:
    """Wait for a hook that is awaited; a plain one is over already."""
    if isinstance(result, Awaitable):
        await result
