"""Answers that are not what the API promises: each is read, or one of the documented errors."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    ApiStatusError,
    AssistantsError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ResponseError,
    RetryPolicy,
    ServerError,
)

from tests.clients.both import Async, Sync
from tests.clients.conftest import Serve
from tests.clients.operations import OPERATIONS, Operation
from tests.clients.raw_server import answer, head
from tests.fuzz.answers import right_answers
from tests.generated.spec import OPERATIONS as SPECIFIED
from tests.generated.spec import SCHEMAS, types

ONCE = RetryPolicy(attempts=1)
JSON_CALLS = [name for name, operation in OPERATIONS.items() if operation.kind in ("json", "pages")]
LISTS = [name for name in JSON_CALLS if "list" in name or name == "messages.files"]
STREAMS = [name for name, operation in OPERATIONS.items() if operation.kind == "stream"]

ERROR = {"error": {"code": "no_such_thing", "message": "没有", "type": "t", "param": "名"}}
HTML = b"<!doctype html>\n<title>\xe7\xbd\x91\xe5\x85\xb3</title>"


def failure(
    world: Sync | Async, serve: Serve, name: str, sent: bytes, folder: Path
) -> AssistantsError:
    """The error that one call comes to when this is all that the server says."""
    server = serve(lambda exchange: (exchange.send(sent), False)[1])
    client = world.client("k", server.url, retry=ONCE)
    operation = OPERATIONS[name]

    with pytest.raises(AssistantsError) as caught:
        operation.call(client, folder)

    error = caught.value
    assert error.operation == operation.operation_id
    assert error.method == "POST"
    assert error.path == SPECIFIED[operation.operation_id]["path"]
    assert list(folder.iterdir()) == []
    return error


STATUSES = {
    "400 Bad Request": BadRequestError,
    "401 Unauthorized": AuthenticationError,
    "403 Forbidden": PermissionDeniedError,
    "404 Not Found": NotFoundError,
    "409 Conflict": ConflictError,
    "422 Unprocessable": ApiStatusError,
    "429 Too Many Requests": RateLimitError,
    "500 Internal Server Error": ServerError,
    "507 Insufficient Storage": ServerError,
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_error_tells_all(world: Sync | Async, serve: Serve, tmp_path: Path, name: str) -> None:
    """Whatever was called: status, code, message, param, request id, wait, method and path."""
    sent = answer(ERROR, "404 Not Found", x_appbuilder_request_id="req_1", retry_after="7.5")

    error = failure(world, serve, name, sent, tmp_path)

    assert type(error) is NotFoundError
    assert (error.status_code, error.code, error.param) == (404, "no_such_thing", "名")
    assert (error.message, error.request_id, error.retry_after) == ("没有", "req_1", 7.5)
    assert str(error) == "404 no_such_thing: 没有 (request id req_1)"


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("name", ["runs.query", "runs.run", "files.create", "files.download"])
def test_every_status(
    world: Sync | Async, serve: Serve, tmp_path: Path, name: str, status: str
) -> None:
    """Has its class, whatever the body."""
    for body in (ERROR, HTML, b""):
        error = failure(world, serve, name, answer(body, status), tmp_path)

        assert type(error) is STATUSES[status]
        assert f"{error.status_code}" == status[:3]


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_401_names_the_variable(
    world: Sync | Async, serve: Serve, tmp_path: Path, name: str
) -> None:
    """What to do is known."""
    error = failure(world, serve, name, answer(ERROR, "401 Unauthorized"), tmp_path)

    assert type(error) is AuthenticationError
    assert "APPBUILDER_TOKEN" in str(error)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_error_envelope_under_200(
    world: Sync | Async, serve: Serve, tmp_path: Path, name: str
) -> None:
    """It is the error that it says it is."""
    body = {"error": {"code": "thread_not_found", "message": "没有", "params": ["thread_id"]}}

    error = failure(world, serve, name, answer(body, x_appbuilder_request_id="req_1"), tmp_path)

    assert type(error) is NotFoundError
    assert (error.status_code, error.code, error.message) == (200, "thread_not_found", "没有")
    assert (error.param, error.request_id) == ('["thread_id"]', "req_1")


@pytest.mark.parametrize("name", [*JSON_CALLS, *STREAMS])
def test_html_from_a_proxy(world: Sync | Async, serve: Serve, tmp_path: Path, name: str) -> None:
    """The error shows how it begins, and of what type it is."""
    sent = answer(HTML, content_type="text/html")

    error = failure(world, serve, name, sent, tmp_path)

    assert type(error) is ResponseError
    assert "'<!doctype html>\\n<title>网关</title>' (text/html)" in error.message


def test_html_in_place_of_a_file(world: Sync | Async, serve: Serve, tmp_path: Path) -> None:
    """A download has a name, which a proxy does not give; content may well be a page."""
    sent = answer(HTML, content_type="text/html")

    error = failure(world, serve, "files.download", sent, tmp_path)

    assert type(error) is ResponseError
    assert "Content-Disposition" in error.message


@pytest.mark.parametrize("name", JSON_CALLS)
def test_truncated_json(world: Sync | Async, serve: Serve, tmp_path: Path, name: str) -> None:
    """Cut by the network it is a lost answer; cut before that, a wrong one."""
    body = answer(right_answers(OPERATIONS[name].operation_id)[0]).partition(b"\r\n\r\n")[2]
    length = {"Content-Type": "application/json", "Content-Length": str(len(body))}

    lost = failure(world, serve, name, head("200 OK", length) + body[:-3], tmp_path)
    wrong = failure(world, serve, name, answer(body[:-3]), tmp_path)

    assert type(lost) is ApiConnectionError
    assert lost.reached_server
    assert type(wrong) is ResponseError
    assert "expected JSON, got '{" in wrong.message


@pytest.mark.parametrize("name", JSON_CALLS)
@pytest.mark.parametrize("content_type", ["text/plain", "text/html; charset=gb2312", "", "x"])
def test_json_of_a_wrong_type(
    world: Sync | Async, serve: Serve, tmp_path: Path, name: str, content_type: str
) -> None:
    """The bytes are JSON in UTF-8, whatever they are called: they are read."""
    operation = OPERATIONS[name]
    body = right_answers(operation.operation_id)[0]
    server = serve(lambda exchange: exchange.send(answer(body, content_type=content_type)))

    value = operation.call(world.client("k", server.url), tmp_path)

    if operation.kind == "pages":
        assert [item.to_dict() for item in value] == body["data"]
    else:
        assert value.to_dict() == body


@pytest.mark.parametrize("name", STREAMS)
def test_events_of_a_wrong_type(
    world: Sync | Async, serve: Serve, tmp_path: Path, name: str
) -> None:
    """A stream is what says that it is one."""
    for content_type in ("application/json", "text/plain", ""):
        sent = answer(b"event: ping\ndata: \n\n", content_type=content_type)

        error = failure(world, serve, name, sent, tmp_path)

        assert type(error) is ResponseError
        assert "expected text/event-stream, got 'event: ping" in error.message


@pytest.mark.parametrize("name", JSON_CALLS)
def test_a_stream_in_place_of_json(
    world: Sync | Async, serve: Serve, tmp_path: Path, name: str
) -> None:
    """Events are no answer to who did not ask for them."""
    sent = answer(b"event: ping\ndata: \n\n", content_type="text/event-stream")

    error = failure(world, serve, name, sent, tmp_path)

    assert type(error) is ResponseError
    assert "(text/event-stream)" in error.message


@pytest.mark.parametrize("status", ["200 OK", "204 No Content"])
@pytest.mark.parametrize("name", [*JSON_CALLS, *STREAMS, "files.download"])
def test_an_empty_body(
    world: Sync | Async, serve: Serve, tmp_path: Path, name: str, status: str
) -> None:
    """Nothing is not an answer."""
    sent = answer(b"", status) if "200" in status else b"HTTP/1.1 204 No Content\r\n\r\n"

    error = failure(world, serve, name, sent, tmp_path)

    assert type(error) in (ResponseError, ApiConnectionError)
    assert isinstance(error, ResponseError) or "does not tell where it ends" in error.message
    assert error.operation == "downloadFile" or "an empty body" in error.message


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_a_body_that_cannot_be_decoded(
    world: Sync | Async, serve: Serve, tmp_path: Path, coding: str
) -> None:
    """Garbage that says it was compressed, and something that was only half sent."""
    for name in ("runs.query", "runs.run", "files.create"):
        for body in (b"junk", gzip.compress(b"{}")[:-9]):
            sent = answer(body, content_encoding=coding)

            error = failure(world, serve, name, sent, tmp_path)

            assert type(error) in (ApiConnectionError, ResponseError)


def required(operation: Operation) -> list[str]:
    fields: list[str] = SCHEMAS[operation.returns.__name__]["required"]
    return fields


@pytest.mark.parametrize("name", [name for name in JSON_CALLS if OPERATIONS[name].kind == "json"])
def test_a_missing_field(world: Sync | Async, serve: Serve, tmp_path: Path, name: str) -> None:
    """The error names it; what the spec does not require may be missing."""
    operation = OPERATIONS[name]
    whole = right_answers(operation.operation_id)[0]
    without: dict[str, Any] = {}
    server = serve(lambda exchange: exchange.send(answer(without)))
    client = world.client("k", server.url, retry=ONCE)

    for field in whole:
        without.clear()
        without.update({key: value for key, value in whole.items() if key != field})
        if field in required(operation):
            with pytest.raises(ResponseError, match=f"does not fit the API .*'{field}'") as caught:
                operation.call(client, tmp_path)
            assert caught.value.operation == operation.operation_id
        else:
            assert operation.call(client, tmp_path).to_dict() == without


def list_fields(operation: Operation) -> list[str]:
    """The fields of an answer that hold lists, by the spec."""
    properties = SCHEMAS[operation.returns.__name__]["properties"]
    return [field for field, schema in properties.items() if types(schema) & {"array"}]


WITH_LISTS = [n for n in JSON_CALLS if OPERATIONS[n].kind == "json" and list_fields(OPERATIONS[n])]


@pytest.mark.parametrize("name", WITH_LISTS)
def test_a_null_where_a_list_should_be(
    world: Sync | Async, serve: Serve, tmp_path: Path, name: str
) -> None:
    """It reads as an empty list, or as None where the attribute says so."""
    operation = OPERATIONS[name]
    body = dict(right_answers(operation.operation_id)[0])
    server = serve(lambda exchange: exchange.send(answer(body)))
    client = world.client("k", server.url)

    for field in list_fields(operation):
        body[field] = None
        value = operation.call(client, tmp_path)

        expected = [] if field in required(operation) else None
        assert getattr(value, field) == expected
        assert value.to_dict() == body


@pytest.mark.parametrize("name", WITH_LISTS)
@pytest.mark.parametrize("wrong", [{}, "", "你好", 0, False, 5, {"a": []}], ids=repr)
def test_anything_else_where_a_list_should_be(
    world: Sync | Async, serve: Serve, tmp_path: Path, name: str, wrong: Any
) -> None:
    """It is an error now, not when the list is read."""
    operation = OPERATIONS[name]
    body = dict(right_answers(operation.operation_id)[0])

    for field in list_fields(operation):
        error = failure(world, serve, name, answer({**body, field: wrong}), tmp_path)

        assert type(error) is ResponseError
        assert "does not fit the API" in error.message


@pytest.mark.parametrize("name", [n for n in OPERATIONS if OPERATIONS[n].kind == "pages"])
def test_pages_without_items(
    world: Sync | Async, serve: Serve, tmp_path: Path, name: str
) -> None:
    """A null in place of the items of the only page."""
    operation = OPERATIONS[name]
    body = {"object": "list", "data": None, "has_more": False, "first_id": None, "last_id": None}
    server = serve(lambda exchange: exchange.send(answer(body)))

    assert operation.call(world.client("k", server.url), tmp_path) == []
