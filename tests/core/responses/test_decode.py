"""From an answer to its value, or to the error that it is none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from appbuilder_assistants import errors
from appbuilder_assistants._core.calls import json_body
from appbuilder_assistants._core.requests import Request
from appbuilder_assistants._core.responses.decode import expect_success, is_event_stream, parse
from appbuilder_assistants._core.responses.error_forms import is_error
from appbuilder_assistants._core.responses.json_reader import loads

from tests.core.calls import failure, look_up, reply


def test_null_for_an_id_that_is_not_known() -> None:
    """On a look-up nothing is there; on any other call it is no answer."""
    request = Request("POST", "/v2/storage/files/query", '{"file_id":"file-没有"}'.encode())
    call = look_up()
    call.request, call.null_is_unknown = request, True

    with pytest.raises(
        errors.NotFoundError, match=r"null: no file has this id \(file_id='file-没有"
    ) as caught:
        parse(call, expect_success(call, reply(200, b" null\n", x_appbuilder_request_id="req_1")))
    assert (caught.value.status_code, caught.value.request_id) == (200, "req_1")
    assert caught.value.code is None

    assert type(failure(reply(200, b"null"))) is errors.ResponseError
    for other in (b"[]", b"false", b'""', b"0", b""):
        with pytest.raises(errors.ResponseError):
            parse(call, expect_success(call, reply(200, other)))


@pytest.mark.parametrize(
    "body",
    [
        {"code": 0, "message": "ok"},
        {"code": "0", "msg": ""},
        {"code": 200, "message": "success"},
        {"code": 18},
        {"code": True, "message": "m"},
        {"code": None, "msg": "m"},
        {"object": "run", "code": 18, "message": "m"},
        {"send_id": 1, "code": 18, "message": "m"},
    ],
)
def test_a_code_that_is_no_error(body: dict[str, Any]) -> None:
    """A code of success, one without a text, or one beside an object of the API."""
    assert not is_error(body)
    assert type(failure(reply(200, body))) is errors.ResponseError


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", r"expected JSON, got an empty body \(no content type\)"),
        (b'{"id": "r', 'expected JSON, got \'{"id": "r\''),
        (
            b"<html>\xe4\xbd\xa0",
            "expected JSON, got '<html>你' .*: JSONDecodeError: Expecting value: line 1 column 1",
        ),
        (b"\xff\xfe", "expected JSON"),
        (b"[" * 100_000, "expected JSON"),
        (b"9" * 5_000, "expected a JSON object|expected JSON"),
        (b"[]", "expected a JSON object, got '\\[\\]'"),
        (b"null", "expected a JSON object"),
        (b'{"object": "run"}', "does not match the API .KeyError: 'id'"),
        (b'{"object": "run", "error": "x"}', "does not match the API"),
        (b'{"error": null}', "does not match the API"),
    ],
)
def test_a_200_that_is_no_answer(body: bytes, message: str) -> None:
    """A value that the API does not promise is a ResponseError that shows how it begins."""
    error = failure(reply(200, body, x_appbuilder_request_id="req_你"))

    assert type(error) is errors.ResponseError
    assert error.operation == "queryRun"
    assert error.request_id == "req_你"
    with pytest.raises(errors.ResponseError, match=message):
        raise error


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("NaN", "NaN is not JSON"),
        ("-Infinity", "-Infinity is not JSON"),
        ('{"深": [1, Infinity]}', "Infinity is not JSON"),
        ("-1e400", "the number -1e400 is too large"),
    ],
)
def test_a_number_that_json_does_not_have(value: str, problem: str) -> None:
    """Refused in any field: `to_dict` could not be written as JSON again."""
    error = failure(reply(200, f'{{"id": "run_1", "分数": {value}}}'.encode()))

    with pytest.raises(errors.ResponseError, match=f"expected JSON, got .*: ValueError: {problem}"):
        raise error


def test_numbers_of_json() -> None:
    """The largest and the smallest of a float, and integers beyond."""
    numbers = [1.7976931348623157e308, 5e-324, 1e-400, 2**70, -0.0, 0.8]

    assert loads(json.dumps(numbers).encode()) == numbers
    assert loads('"NaN, 无穷 1e400"'.encode()) == "NaN, 无穷 1e400"


def test_a_body_with_a_bom() -> None:
    """A byte order mark before the JSON is no fault."""
    assert parse(look_up(), reply(200, b'\xef\xbb\xbf{"id": "r"}')) == "r"


@pytest.mark.parametrize(
    ("status", "kind", "stream"),
    [
        (200, "text/event-stream", True),
        (200, "Text/Event-Stream ; charset=utf-8", True),
        (200, "application/json", False),
        (200, "", False),
        (500, "text/event-stream", False),
    ],
)
def test_is_event_stream(status: int, kind: str, stream: bool) -> None:
    """Only a 2xx answer of the right type is read as events."""
    assert is_event_stream(status, {"content-type": kind} if kind else {}) is stream


def test_json_body() -> None:
    """Text is sent as it is, in UTF-8, without spaces."""
    assert json_body("op", {"名": ["你好", None, 1.5]}) == '{"名":["你好",null,1.5]}'.encode()


LOOP: list[Any] = []
LOOP.append(LOOP)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ({1, 2}, TypeError),
        pytest.param(object(), TypeError, id="object"),
        (b"bytes", TypeError),
        (float("nan"), ValueError),
        (float("inf"), ValueError),
        ("\ud800", ValueError),
        (LOOP, ValueError),
    ],
    ids=repr,
)
def test_values_that_json_cannot_hold(value: object, error: type[Exception]) -> None:
    """A value that cannot be sent is refused by name, before anything is sent."""
    with pytest.raises(error, match="createRun: the request"):
        json_body("createRun", {"metadata": value})
