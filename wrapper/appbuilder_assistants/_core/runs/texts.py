"""The text of a run, a message or a message event: taken out of it, or looked up; no I/O."""

from __future__ import annotations

from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from appbuilder_assistants._core.calls import Flow
from appbuilder_assistants._core.flows import make_call
from appbuilder_assistants._core.pages import Cursor
from appbuilder_assistants._core.retry import RetryPolicy
from appbuilder_assistants._snapshot import is_final
from appbuilder_assistants.errors import NoTextError

from .polling import is_working

if TYPE_CHECKING:
    from appbuilder_assistants._core.streams.reconcile import LookUps
    from appbuilder_assistants._models import RunResult


def text_of(source: Any) -> str:
    """The text that a run, a message or a message event holds.

    Raises NoTextError where it holds none, TypeError for any other object.
    """
    if _is_run(source):
        text = _answer_of(source)
        if text is None:
            raise NoTextError(
                f"{_name(source)} is {source.status}, but this object does not hold its answer: "
                "runs.query, list and wait leave it out. client.text(run) looks it up",
                run=source,
            )
        return text
    if not (_is_message(source) or _is_event(source)):
        raise TypeError(
            "expected a run (RunResult), a message (Message) or a message event "
            f"(StreamRunMessage), got {type(source).__name__}{_hint(source)}"
        )
    text = joined(source.content)
    if text is None and _is_message(source):
        raise NoTextError(f"message {source.id} holds no text: it has no part with one")
    # An event without parts adds nothing to its message, and that is all of its text.
    return text or ""


def find_text(source: Any, look_ups: LookUps, *, retry: RetryPolicy) -> Flow[str]:
    """As `text_of`; the text that a completed run does not hold is looked up in its thread."""
    if not _is_run(source) or _answer_of(source) is not None:
        return text_of(source)
    run: RunResult = source
    message_id = _message_id(run)
    if message_id:
        call = look_ups.message(thread_id=run.thread_id, message_id=message_id)
        return text_of((yield from make_call(call, retry)))
    cursor = Cursor()
    while cursor.more:  # the newest message first
        pages = look_ups.messages(thread_id=run.thread_id, after=cursor.after, before=cursor.before)
        for message in cursor.move((yield from make_call(pages, retry))):
            if message.run_id == run.id and message.role != "user":
                return text_of(message)
        cursor.check(pages)
    raise NoTextError(
        f"{_name(run)} is {run.status} without an answer: it has no final_answer, and no message "
        f"of thread {run.thread_id} is of this run",
        run=run,
    )


def find_text_by_id(
    thread_id: str, run_id: str, look_ups: LookUps, *, retry: RetryPolicy
) -> Flow[str]:
    """The text of the run of these ids."""
    run = yield from make_call(look_ups.run(thread_id=thread_id, run_id=run_id), retry)
    return (yield from find_text(run, look_ups, retry=retry))


def joined(content: object) -> str | None:
    """The texts of the parts of a message; None when no part has one.

    Reads both forms of a content, one part and a list of parts.
    """
    parts: list[Any] = content if isinstance(content, list) else [content]
    # Values are kept as they came, and this one is not sure to be a text.
    values: list[object] = [part.text.value for part in parts if part and part.text]
    texts = [value for value in values if isinstance(value, str)]
    return "".join(texts) if texts else None


def _answer_of(run: Any) -> str | None:
    """The text in a run's `final_answer`, if there is any.

    Raises NoTextError for a run that has no answer because of its status.
    """
    status = run.status
    if is_working(run):
        raise NoTextError(
            f"{_name(run)} has not ended (status {status}): wait for its end with "
            f"client.threads.runs.wait(thread_id={run.thread_id!r}, run_id={run.id!r}) and take "
            "the text of the run that this returns",
            run=run,
        )
    if status == "requires_action":
        raise NoTextError(
            f"{_name(run)} has not ended (status {status}): it waits for outputs of its tool "
            "calls. Give them with client.threads.runs.submit_tool_outputs and wait for its end "
            "with runs.wait; runs.run_with_tools does both",
            run=run,
        )
    if is_final(status) and status != "completed":
        raise NoTextError(f"{_name(run)} has no answer: it {_end(run)}", run=run)
    message = run.final_answer.message if run.final_answer else None
    return joined(message.content) if message else None


def _end(run: Any) -> str:
    """How a run ended that did not complete."""
    said = run.last_error
    texts = [getattr(said, "type", None), getattr(said, "message", None)]
    reason = ": ".join(f"{text}" for text in texts if text)
    verb = {"cancelled": "was cancelled"}.get(run.status, run.status)
    return f"{verb} ({reason})" if reason else f"{verb}, and last_error says nothing"


def _message_id(run: RunResult) -> str:
    message = run.final_answer.message if run.final_answer else None
    return message.message_id if message else ""


def _name(run: Any) -> str:
    return f"run {run.id}"


# By their fields, not by their classes: the core does not import the models.


def _is_run(source: Any) -> bool:
    return hasattr(source, "final_answer") and hasattr(source, "thread_id")


def _is_message(source: Any) -> bool:
    return hasattr(source, "content") and hasattr(source, "role") and hasattr(source, "id")


def _is_event(source: Any) -> bool:
    return hasattr(source, "content") and hasattr(source, "send_id")


def _hint(source: object) -> str:
    """Advice for an object from which a text can be had."""
    if isawaitable(source):
        return ": await it first"
    for field, hint in _HINTS.items():
        if hasattr(source, field):
            return f": {hint}"
    return ""


_HINTS = {
    "snapshot": "a stream has final_text()",
    "parsed": "take the text of its .parsed",
    "data": "take the text of each of its items",
}
