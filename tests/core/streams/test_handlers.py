"""The hook method for each event, and the data it can look up."""

from __future__ import annotations

from typing import Any

import pytest
from appbuilder_assistants import StreamRunContext, UnknownEvent
from appbuilder_assistants._core.streams.handlers import STATUS_HOOKS, EventHooks, dispatch, settle
from appbuilder_assistants.types import StreamRunMessage, StreamRunStatus

RUN = {
    "id": "run_1",
    "object": "thread.run",
    "assistant_id": "asst_1",
    "thread_id": "thread_1",
    "status": "queued",
    "created_at": 1,
}
STEP = {
    "id": "step-1",
    "object": "thread.run.step",
    "thread_id": "thread_1",
    "run_id": "run_1",
    "status": "in_progress",
    "created_at": 1,
    "assistant_id": None,
}
CALL = {"id": "call-1", "type": "function", "function": {"name": "查", "arguments": "{}"}}


class RecordingHooks(EventHooks):
    """Writes down which hook was called with what."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []

    def __getattribute__(self, name: str) -> Any:
        if name in STATUS_HOOKS | {"messages", "unknown"}:
            calls = super().__getattribute__("calls")
            return lambda event: calls.append((name, event))
        return super().__getattribute__(name)


def status(event_type: str, **details: Any) -> StreamRunStatus:
    return StreamRunStatus.from_dict(
        {"status": "s", "send_id": 1, "event_type": event_type, "details": details or None}
    )


MESSAGE = StreamRunMessage.from_dict({"send_id": 2, "message_id": "m", "content": []})


@pytest.mark.parametrize("kind", sorted(STATUS_HOOKS))
def test_each_status_has_its_hook(kind: str) -> None:
    """The hook has the event type's name."""
    hooks = RecordingHooks()

    dispatch(hooks, status(kind))

    assert hooks.calls == [(kind, status(kind))]


@pytest.mark.parametrize(
    ("event", "hook"),
    [
        (MESSAGE, "messages"),
        (UnknownEvent("audio", "{}"), "unknown"),
        (status("run_paused"), "unknown"),
        (status("until_done"), "unknown"),
        (status("_init"), "unknown"),
    ],
)
def test_the_other_hooks(event: Any, hook: str) -> None:
    """A new event is passed to `unknown`; an event cannot name just any method."""
    hooks = RecordingHooks()

    dispatch(hooks, event)

    assert hooks.calls == [(hook, event)]


def test_hooks_do_nothing_by_default() -> None:
    """None has to be overridden."""
    for kind in (*STATUS_HOOKS, "new"):
        assert dispatch(EventHooks(), status(kind)) is None
    assert dispatch(EventHooks(), MESSAGE) is None


def test_the_context() -> None:
    """Ids stay; the event, its step and its tool calls are of the moment."""
    context = StreamRunContext()

    def seen() -> tuple[Any, ...]:
        calls = context.current_tool_calls
        return (
            context.current_run_id,
            context.current_thread_id,
            context.current_assistant_id,
            context.current_run_step_id,
            calls and [call.id for call in calls],
        )

    ids = ("run_1", "thread_1", "asst_1")
    assert seen() == (None,) * 5
    context.enter(status("run_begin", run_object=RUN))
    assert seen() == (*ids, None, None)
    context.enter(status("tool_step_begin", run_step_object=STEP))
    assert seen() == (*ids, "step-1", None)
    context.enter(status("tool_calls", tool_calls=[CALL]))
    assert seen() == (*ids, None, ["call-1"])
    context.enter(MESSAGE)
    assert seen() == (*ids, None, None)
    assert context.current_event is MESSAGE
    context.enter(UnknownEvent("audio", "{}"))
    assert seen() == (*ids, None, None)


def test_a_context_that_begins_in_the_middle() -> None:
    """A step names its run and thread as well."""
    context = StreamRunContext()

    context.enter(status("tool_step_end", run_step_object=STEP))

    assert (context.current_run_id, context.current_thread_id) == ("run_1", "thread_1")
    assert context.current_assistant_id is None


def test_a_hook_that_would_have_to_be_awaited() -> None:
    """It is refused, not forgotten: the answer would never be given."""

    async def hook() -> None:
        raise AssertionError("never run")

    settle(None)
    with pytest.raises(TypeError, match="plain `def`"):
        settle(hook())
