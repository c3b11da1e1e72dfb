"""Responses that are errors: each call raises the documented one."""

from __future__ import annotations

from typing import Any

import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    ApiStatusError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
)

from tests.clients.operations import OPERATIONS
from tests.clients.raw_server import answer
from tests.clients.responses.asked import ERROR, HTML, Asked

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


def test_an_error_has_every_detail(asked: Asked) -> None:
    """Each call's error has status, code, message, param, request id, wait, method, path."""
    sent = answer(ERROR, "404 Not Found", x_appbuilder_request_id="req_1", retry_after="7.5")

    for name in OPERATIONS:
        error = asked.failure(name, sent)

        assert type(error) is NotFoundError
        assert (error.status_code, error.code, error.param) == (404, "no_such_thing", "名")
        assert (error.message, error.request_id, error.retry_after) == ("没有", "req_1", 7.5)
        assert str(error) == "404 no_such_thing: 没有 (request id req_1)"


def test_every_status(asked: Asked) -> None:
    """Each status has its error class, with any body."""
    for name in ("runs.query", "runs.run", "runs.stream_run", "files.create", "files.download"):
        for line, kind in STATUSES.items():
            bodies: tuple[Any, ...] = (ERROR, HTML, b"", b"{", [], {"error": None})
            for body in bodies:
                error = asked.failure(name, answer(body, line))

                assert type(error) is kind
                assert error.status_code == int(line[:3])


def test_a_401_names_the_variable(asked: Asked) -> None:
    """The solution is in the message, whichever the call and the form of the error."""
    envelope = {"error": {"code": "invalid_token", "message": "不对"}}

    for name in OPERATIONS:
        for sent in (answer(ERROR, "401 Unauthorized"), answer(HTML, "401 x"), answer(envelope)):
            error = asked.failure(name, sent)

            assert type(error) is AuthenticationError
            assert "APPBUILDER_TOKEN" in str(error)


def test_an_error_envelope_under_200(asked: Asked) -> None:
    """It is the error that it says it is."""
    body = {"error": {"code": "thread_not_found", "message": "没有", "params": ["thread_id"]}}

    for name in OPERATIONS:
        error = asked.failure(name, answer(body, x_appbuilder_request_id="req_1"))

        assert type(error) is NotFoundError
        assert (error.status_code, error.code, error.message) == (200, "thread_not_found", "没有")
        assert (error.param, error.request_id) == ('["thread_id"]', "req_1")


def test_a_text_that_cannot_be_written(asked: Asked) -> None:
    """Half a surrogate pair in an error is replaced, so that the error can be printed."""
    sent = answer(b'{"error": {"code": "\\ud800", "message": "\\udc00 no", "param": "\\ud83d"}}')

    error = asked.failure("runs.query", sent)

    assert (error.code, error.message, error.param) == ("?", "? no", "?")
    assert str(error).encode()


def test_an_error_as_long_as_a_book(asked: Asked) -> None:
    """Only its beginning is kept: errors go into logs."""
    error = asked.failure("runs.query", answer({"error": {"code": 1, "message": "长" * 500_000}}))

    assert error.message.startswith("长长长")
    assert len(str(error)) < 5_000


LOCATIONS = ["http://xn--/", "http://[", "http://a:99999/", "//", "\xff://x", "http://" + "a" * 300]


@pytest.mark.parametrize("location", LOCATIONS)
def test_a_redirect_to_nowhere(asked: Asked, location: str) -> None:
    """A location that is no URL is an error like any other."""
    for name in ("runs.query", "runs.run", "runs.stream_run", "files.content", "files.create"):
        error = asked.failure(name, answer(b"", "301 Moved", location=location))

        assert isinstance(error, (ApiStatusError, ApiConnectionError))
