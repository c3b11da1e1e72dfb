"""Fields that are missing, null or of the wrong kind."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from appbuilder_assistants import ResponseError, StreamInterruptedError, final_text
from appbuilder_assistants._core.responses.misfit import kind_of

from tests.clients.bodies import BEGIN, END, RUN, framed, status, stream_of
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.operations import OPERATIONS
from tests.clients.raw_server import answer
from tests.clients.responses.asked import JSON_CALLS, Asked, right_answer
from tests.generated.spec import SCHEMAS, types

LISTS = [name for name in JSON_CALLS if "list" in name or name == "messages.files"]
PAGES = [name for name in JSON_CALLS if OPERATIONS[name].kind == "pages"]


def test_a_missing_field(asked: Asked) -> None:
    """The error names it; what the spec does not require may be missing."""
    for name in ONE_ANSWER:
        whole = right_answer(name)
        for field in whole:
            without = {key: value for key, value in whole.items() if key != field}
            if field in schema(name)["required"]:
                error = asked.failure(name, answer(without))

                assert type(error) is ResponseError
                assert (
                    f"does not match the API ({field}: expected a value, got none)" in error.message
                )
            else:
                assert asked.answer(name, answer(without)).to_dict() == without


def test_a_null_where_a_list_should_be(asked: Asked) -> None:
    """It reads as an empty list, or as None where the attribute says so."""
    for name in WITH_LISTS:
        for field in list_fields(name):
            body = {**right_answer(name), field: None}
            value = asked.answer(name, answer(body))

            assert getattr(value, field) == ([] if field in schema(name)["required"] else None)
            assert value.to_dict() == body


def test_anything_else_where_a_list_should_be(asked: Asked) -> None:
    """It is an error now, not when the list is read, and names the field."""
    wrong: list[Any] = [{}, "", "你好", 0, False, 5, {"a": []}]
    for name in WITH_LISTS:
        for field, value in product(list_fields(name), wrong):
            error = asked.failure(name, answer({**right_answer(name), field: value}))

            assert type(error) is ResponseError
            assert f"({field}: expected a list, got {kind_of(value)})" in error.message


def test_a_null_within_a_list(asked: Asked) -> None:
    """Null is no object: it is an error at once, not an attribute error later."""
    for name in LISTS:
        error = asked.failure(name, answer({**right_answer(name), "data": [None]}))

        assert type(error) is ResponseError
        assert "does not match the API (data[0]: expected an object, got null)" in error.message


def test_pages_without_items(asked: Asked) -> None:
    """A null in place of the items of the only page."""
    body = {"object": "list", "data": None, "has_more": False, "first_id": None, "last_id": None}

    for name in PAGES:
        assert asked.answer(name, answer(body)) == []


@pytest.mark.parametrize("last_id", [None, "", 5, [], {"a": 1}, "z"], ids=repr)
def test_a_cursor_that_is_none(asked: Asked, last_id: Any) -> None:
    """More pages without a way to them are an error, not an endless list."""
    for name in ("assistants.list_all", "runs.list_all"):
        page = {**right_answer(name), "has_more": True, "last_id": last_id}

        error = asked.failure(name, answer(page))

        assert type(error) is ResponseError
        assert "the cursor does not move" in error.message or "comes again" in error.message


@pytest.mark.parametrize("create_at", [None, "今天", [], {}, 1.5], ids=repr)
def test_files_of_no_age(asked: Asked, create_at: Any) -> None:
    """They can still be listed by age: as the oldest."""
    whole = right_answer("files.list_all")["data"][0]
    files = [{**whole, "id": "odd", "create_at": create_at}, {**whole, "id": "dated"}]

    listed = asked.answer("files.list_all", answer({"object": "list", "data": files}))

    assert [file.id for file in listed] == ["dated", "odd"]


@pytest.mark.parametrize("value", [None, 5, [], {}, True], ids=repr)
def test_a_final_text_that_is_none(asked: Asked, value: Any) -> None:
    """A part that is no text adds none."""
    parts = [{"type": "text", "text": {"value": one}} for one in ("好", value, "的")]
    answers = {"type": "message", "message": {"message_id": "m", "content": parts}}

    run = asked.answer("runs.run", answer({**RUN, "final_answer": answers}))

    assert final_text(run) == "好的"


@pytest.mark.parametrize("kind", ["", "news", "新"])
def test_an_event_of_no_known_type(harness: ClientHarness, serve: Serve, kind: str) -> None:
    """A handler gets it as unknown."""
    kinds: list[Any] = []

    class Handler(harness.handler_class):  # type: ignore[name-defined,misc]
        def unknown(self, event: Any) -> None:
            kinds.append(event.event_type)

    body = BEGIN + status(2, kind, "in_progress") + END
    server = serve(lambda exchange: exchange.send(framed(body)["length"]))
    runs = harness.client("k", server.url).threads.runs

    runs.stream_run_with_handler("a", "t", event_handler=Handler()).until_done()

    assert kinds == [kind]


@pytest.mark.parametrize("kind", [None, [], {}, 5], ids=repr)
def test_an_event_with_a_type_that_is_no_word(
    harness: ClientHarness, serve: Serve, kind: Any
) -> None:
    """It is malformed, which is raised."""
    body = BEGIN + status(2, kind, "in_progress") + END
    server = serve(lambda exchange: exchange.send(framed(body)["length"]))

    with pytest.raises(StreamInterruptedError, match="event_type: expected str"):
        list(stream_of(harness.client("k", server.url)))


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = SCHEMAS[OPERATIONS[name].returns.__name__]
    return found


def list_fields(name: str) -> list[str]:
    """The fields of an answer that hold lists, by the spec."""
    properties = schema(name)["properties"]
    return [field for field, kind in properties.items() if types(kind) & {"array"}]


ONE_ANSWER = [name for name, operation in OPERATIONS.items() if operation.kind == "json"]
WITH_LISTS = [name for name in ONE_ANSWER if list_fields(name)]
