"""The field that does not fit is named by its path."""

from __future__ import annotations

from typing import Any

import pytest
from appbuilder_assistants import errors
from appbuilder_assistants._core.requests import Call
from appbuilder_assistants._core.responses.decode import expect_success, parse
from appbuilder_assistants._core.responses.misfit import MisfitError, ModelReader, read_as
from appbuilder_assistants.types import MessageList, RunResult, RunStep, StreamRunStatus

from tests.core.calls import REQUEST, reply

PART = {"type": "text", "text": {"value": "好"}}
MESSAGE = {
    "id": "m",
    "object": "thread.message",
    "role": "user",
    "content": [PART],
    "created_at": 1,
    "thread_id": "t",
}
RUN = {
    "id": "r",
    "object": "thread.run",
    "assistant_id": "a",
    "thread_id": "t",
    "status": "completed",
    "created_at": 1,
}


def listed(second: Any) -> dict[str, Any]:
    return {"object": "list", "data": [MESSAGE, second], "has_more": False}


def answered(content: Any) -> dict[str, Any]:
    return {**RUN, "final_answer": {"message": {"message_id": "m", "content": content}}}


LIST, OBJECT, VALUE = "expected a list", "expected an object", "expected a value"


@pytest.mark.parametrize(
    ("model", "body", "message"),
    [
        (
            MessageList,
            listed({**MESSAGE, "content": [{"type": "text", "text": "好"}]}),
            "data[1].content[0].text: expected an object, got a string",
        ),
        (MessageList, listed(None), f"data[1]: {OBJECT}, got null"),
        (
            MessageList,
            listed({**MESSAGE, "content": "好"}),
            f"data[1].content: {LIST}, got a string",
        ),
        (
            MessageList,
            listed({**MESSAGE, "content": [5]}),
            f"data[1].content[0]: {OBJECT}, got a number",
        ),
        (MessageList, listed({**MESSAGE, "file_ids": True}), f"data[1].file_ids: {LIST}, got true"),
        (MessageList, listed({"id": "m"}), f"data[1].object: {VALUE}, got none"),
        (MessageList, {"object": "list", "data": {}}, f"data: {LIST}, got an object"),
        (MessageList, {"data": []}, f"object: {VALUE}, got none"),
        (RunResult, {**RUN, "last_error": "忙"}, f"last_error: {OBJECT}, got a string"),
        (
            RunResult,
            answered("好"),
            "final_answer.message.content: expected an object or a list, got a string",
        ),
        (RunResult, answered([[]]), f"final_answer.message.content[0]: {OBJECT}, got a list"),
        (
            RunResult,
            answered({**PART, "text": []}),
            f"final_answer.message.content.text: {OBJECT}, got a list",
        ),
        (
            RunResult,
            {**RUN, "tools": [{"type": "function", "function": 1.5}]},
            f"tools[0].function: {OBJECT}, got a number",
        ),
    ],
)
def test_the_path(model: Any, body: Any, message: str) -> None:
    """The expected and the actual value, in JSON's words."""
    with pytest.raises(MisfitError) as caught:
        read_as(ModelReader(lambda: model), body)

    assert str(caught.value) == message
    call: Call[Any] = Call(
        operation="queryRun", request=REQUEST, parse=ModelReader(lambda: model), idempotent=True
    )
    with pytest.raises(errors.ResponseError) as refused:
        parse(call, expect_success(call, reply(200, body)))
    assert f"the response does not match the API ({message}); it begins" in str(refused.value)


def test_values_that_fit() -> None:
    """Both forms of an answer, nulls, and values of the wrong kind that are kept as they came."""
    run, messages = ModelReader(lambda: RunResult), ModelReader(lambda: MessageList)
    for content in (PART, [PART], None, []):
        assert read_as(run, answered(content)).id == "r"
    assert read_as(messages, listed({**MESSAGE, "content": None})).data[1].content == []
    assert read_as(run, {**RUN, "id": 5}).id == 5  # type: ignore[comparison-overlap]


@pytest.mark.parametrize("model", [RunStep, StreamRunStatus])
def test_a_body_that_is_no_object(model: Any) -> None:
    """The whole has no path."""
    for body, kind in (([], "a list"), ("", "a string"), (None, "null"), (False, "false")):
        with pytest.raises(MisfitError, match=f"^the whole: expected an object, got {kind}$"):
            read_as(ModelReader(lambda: model), body)


def test_another_reader() -> None:
    """An exception of a function that is no model is raised as it is."""
    with pytest.raises(KeyError):
        read_as(lambda body: body["id"], {})
