"""Look up the end of a run after its stream broke off."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from appbuilder_assistants._core.calls import Flow, NoReply
from appbuilder_assistants._core.flows import make_call
from appbuilder_assistants._core.limits import RECONCILE_SECONDS
from appbuilder_assistants._core.requests import Call, StreamCall
from appbuilder_assistants._core.responses.decode import no_reply_error
from appbuilder_assistants._core.retry import RetryPolicy
from appbuilder_assistants._snapshot import RunSnapshot, is_final
from appbuilder_assistants.errors import (
    ApiConnectionError,
    AssistantsError,
    StreamInterruptedError,
)

from .events import Break, interrupted

if TYPE_CHECKING:
    from appbuilder_assistants._models import Message, MessageList, RunResult, StreamRunMessage

T = TypeVar("T")


class LookUps(NamedTuple):
    """The calls that look a run up, each with the parameters of its operation."""

    run: Callable[..., Call[RunResult]]
    messages: Callable[..., Call[MessageList]]
    message: Callable[..., Call[Message]]


def reconcile(
    call: StreamCall, snapshot: RunSnapshot, broken: Break, look_ups: LookUps, *, retry: RetryPolicy
) -> Flow[list[StreamRunMessage]]:
    """Take the run's end into the snapshot, if it has ended and its texts can be had whole.

    Returns the lost parts of the texts, as events whose number is 0: they were not on the stream.
    Raises StreamInterruptedError if not, which says why; the snapshot is then as it was received.
    """
    outcome, what = "the run may be going on", "it"
    if snapshot.run_id and snapshot.thread_id:
        try:
            ids = {"thread_id": snapshot.thread_id, "run_id": snapshot.run_id}
            run = yield from _ask(look_ups.run(**ids), retry)
            outcome, what = f"the run is {run.status}", "its messages"
            if is_final(run.status):
                texts = yield from _texts(run, snapshot, look_ups, retry)
                missing = snapshot.missing(texts)
                snapshot.reconcile(run, missing)
                return [_lost_event(call, run, *text) for text in missing.items() if text[1]]
        except (AssistantsError, TypeError, ValueError) as error:
            outcome += f" (looking {what} up failed: {error})"
    raise interrupted(call, snapshot, broken.why, broken.request_id, outcome) from broken.cause


def _texts(
    run: RunResult, snapshot: RunSnapshot, look_ups: LookUps, retry: RetryPolicy
) -> Flow[dict[str, str]]:
    """The run's messages as they are stored; none unless it completed, as none is promised then.

    Raises ValueError when a run that completed has none.
    """
    if run.status != "completed":
        return {}
    page = yield from _ask(look_ups.messages(thread_id=run.thread_id), retry)
    # The newest come first, and the run has ended only now.
    found = {
        message.id: _text(message)
        for message in reversed(page.data)
        if message.run_id == run.id or message.id in snapshot.message_ids
    }
    for message_id in snapshot.message_ids:
        if message_id not in found:
            query = look_ups.message(thread_id=run.thread_id, message_id=message_id)
            found[message_id] = _text((yield from _ask(query, retry)))
    if not found:
        raise ValueError("it completed, and the thread has no message of it")
    return found


def _text(message: Message) -> str:
    return "".join(part.text.value for part in message.content if part.text is not None)


def _lost_event(call: StreamCall, run: RunResult, message_id: str, text: str) -> StreamRunMessage:
    """The end of a message whose event was lost, as an event."""
    content = [{"type": "text", "text": {"value": text}}]
    return call.read_message(
        {
            "send_id": 0,
            "message_id": message_id,
            "status": run.status,
            "is_end": True,
            "content": content,
        }
    )


def _ask(call: Call[T], retry: RetryPolicy) -> Flow[T]:
    call.read_seconds = RECONCILE_SECONDS
    return make_call(call, retry)


def too_late(call: StreamCall, error: StreamInterruptedError) -> ApiConnectionError:
    """The error for a deadline that passed while the run of a broken stream was looked up."""
    message = f"the deadline passed; before it, {error.message}"
    overdue = NoReply(message, True, timed_out=True, request_id=error.request_id, overdue=True)
    return no_reply_error(call, overdue)
