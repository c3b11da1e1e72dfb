"""The text of a run, message or event: extracted, or an error with the reason."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from appbuilder_assistants import NoTextError, final_text
from appbuilder_assistants.types import (
    AssistantMessage,
    Message,
    MessageList,
    RunResult,
    StreamRunMessage,
    StreamRunStatus,
)


def run(final_answer: Any, status: str = "completed", last_error: Any = None) -> RunResult:
    body = {"id": "run_1", "object": "run.result", "assistant_id": "a", "thread_id": "t"}
    answers = {"final_answer": final_answer, "last_error": last_error}
    return RunResult.from_dict({**body, "status": status, "created_at": 1, **answers})


def message(content: Any) -> Message:
    body = {"id": "msg_1", "object": "thread.message", "role": "assistant", "created_at": 1}
    return Message.from_dict({**body, "thread_id": "t", "content": content})


def event(**fields: Any) -> StreamRunMessage:
    return StreamRunMessage.from_dict({"send_id": 2, "message_id": "m", **fields})


def part(text: Any) -> dict[str, Any]:
    return {"type": "text", "text": {"value": text}}


CONTENTS = [
    ([part("我是秦始皇")], "我是秦始皇"),
    ([part("我是"), {"type": "image"}, part(5), part("秦始皇")], "我是秦始皇"),
    ([part("")], ""),
    ([part(None)], ""),
]
NO_CONTENTS = [None, [], [{"type": "image"}], [part(5)]]


@pytest.mark.parametrize(("content", "text"), [(part("一段"), "一段"), *CONTENTS])
def test_the_text_of_a_run(content: Any, text: str) -> None:
    """One part, or a list of parts; what is no text adds none."""
    assert final_text(run({"message": {"content": content}})) == text


@pytest.mark.parametrize(("content", "text"), CONTENTS)
def test_the_text_of_a_message(content: Any, text: str) -> None:
    """Its parts are joined; a message of an event is a piece."""
    assert final_text(message(content)) == text
    assert final_text(event(content=content)) == text


@pytest.mark.parametrize(
    "final_answer",
    [
        None,
        {"type": "message"},
        *({"message": {"message_id": "m", "content": c}} for c in NO_CONTENTS),
    ],
    ids=repr,
)
def test_a_completed_run_without_its_text(final_answer: Any) -> None:
    """It is not taken for an empty text: the error names the call that looks it up."""
    given = run(final_answer)

    with pytest.raises(NoTextError, match=r"run_1 is completed.*client\.text\(run\)") as caught:
        final_text(given)

    assert caught.value.run is given
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.run) == (str(caught.value), given)


@pytest.mark.parametrize("content", NO_CONTENTS, ids=repr)
def test_a_message_without_a_text(content: Any) -> None:
    """A message says so; a piece of one that adds nothing is an empty text."""
    with pytest.raises(NoTextError, match="message msg_1 holds no text"):
        final_text(message(content))

    assert final_text(event(content=content)) == final_text(event()) == ""


@pytest.mark.parametrize("status", ["queued", "in_progress", "cancelling"])
def test_a_run_that_has_not_ended(status: str) -> None:
    """The error names the status and what to wait with, whatever the run has said so far."""
    call = r"runs\.wait\(thread_id='t', run_id='run_1'\)"
    for answers in (None, {"message": {"content": part("一半")}}):
        with pytest.raises(NoTextError, match=rf"not ended \(status {status}\).*{call}"):
            final_text(run(answers, status))


def test_a_run_that_waits_for_outputs() -> None:
    """Waiting alone would not end it."""
    with pytest.raises(NoTextError, match=r"requires_action.*submit_tool_outputs.*run_with_tools"):
        final_text(run(None, "requires_action"))


@pytest.mark.parametrize(
    ("status", "last_error", "said"),
    [
        (
            "failed",
            {"type": "server_error", "message": "模型超时"},
            r"failed \(server_error: 模型超时\)",
        ),
        ("failed", {"message": "模型超时"}, r"failed \(模型超时\)"),
        ("failed", None, "failed, and last_error says nothing"),
        ("cancelled", None, "was cancelled"),
        ("expired", {"type": "expired", "message": None}, r"expired \(expired\)"),
    ],
)
def test_a_run_that_did_not_complete(status: str, last_error: Any, said: str) -> None:
    """The error has what the service says of it; what the run had said is no answer."""
    for answers in (None, {"message": {"content": part("一半")}}):
        with pytest.raises(NoTextError, match=f"run_1 has no answer: it {said}"):
            final_text(run(answers, status, last_error))


def test_a_status_that_is_new() -> None:
    """A word that is not known does not keep a text back."""
    assert final_text(run({"message": {"content": part("好")}}, "finished")) == "好"


async def awaited() -> None: ...


@pytest.mark.parametrize(
    ("other", "hint"),
    [
        (None, "got NoneType$"),
        ("好", "got str$"),
        (AssistantMessage(content="好", role="user"), "got AssistantMessage$"),
        (StreamRunStatus("queued", 1, "run_begin"), "got StreamRunStatus"),
        (
            MessageList.from_dict({"object": "list", "data": [], "has_more": False}),
            "each of its items",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_other_objects(other: Any, hint: str) -> None:
    """A TypeError says what was expected, and what to do with what was meant well."""
    with pytest.raises(TypeError, match=f"expected a run .*{hint}"):
        final_text(other)


def test_a_call_that_was_not_awaited() -> None:
    """The commonest slip with the client for asyncio."""
    call: Any = awaited()
    with pytest.raises(TypeError, match="got coroutine: await it first"):
        final_text(call)
    call.close()
