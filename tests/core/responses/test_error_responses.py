"""From an error, or no answer, to the right error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from appbuilder_assistants import errors
from appbuilder_assistants._core.calls import NoReply, Reply
from appbuilder_assistants._core.redaction import NO_SECRET
from appbuilder_assistants._core.responses.decode import retry_after
from appbuilder_assistants._core.responses.error_forms import ErrorDetail, error_detail

from tests.core.calls import failure, reply


@pytest.mark.parametrize(
    ("status", "cls"),
    [
        (400, errors.BadRequestError),
        (401, errors.AuthenticationError),
        (403, errors.PermissionDeniedError),
        (404, errors.NotFoundError),
        (405, errors.ApiStatusError),
        (409, errors.ConflictError),
        (422, errors.ApiStatusError),
        (429, errors.RateLimitError),
        (500, errors.ServerError),
        (507, errors.ServerError),
        (599, errors.ServerError),
        (600, errors.ApiStatusError),
        (302, errors.ApiStatusError),
    ],
)
def test_the_class_follows_the_status(status: int, cls: type[errors.ApiStatusError]) -> None:
    """Each status has its class, whatever the body says."""
    error = failure(reply(status, {"error": {"code": "404", "message": "不"}}))

    assert type(error) is cls
    assert isinstance(error, errors.ApiStatusError)
    assert error.status_code == status


def test_an_error_has_all_details() -> None:
    """Every field of the answer and the call is on the error and in its text."""
    body = {"error": {"code": "run_not_found", "message": "没有 run 'r9'", "param": "run_id"}}
    error = failure(reply(404, body, retry_after="3", x_appbuilder_request_id="req_81"))

    assert isinstance(error, errors.NotFoundError)
    assert str(error) == "404 run_not_found: 没有 run 'r9' (request id req_81)"
    assert (error.status_code, error.code, error.message) == (404, "run_not_found", "没有 run 'r9'")
    assert (error.param, error.retry_after, error.request_id) == ("run_id", 3.0, "req_81")
    assert (error.operation, error.method) == ("queryRun", "POST")
    assert error.path == "/v2/threads/runs/query"


@pytest.mark.parametrize(
    ("detail", "cls"),
    [
        ({"code": 404}, errors.NotFoundError),
        ({"code": "429"}, errors.RateLimitError),
        ({"code": 500}, errors.ServerError),
        ({"code": 418}, errors.ApiStatusError),
        ({"code": 200}, errors.ApiStatusError),
        ({"code": 100002, "type": "invalid_request_error"}, errors.BadRequestError),
        ({"code": "invalid_token", "type": "authentication_error"}, errors.AuthenticationError),
        ({"code": "invalid_api_key"}, errors.AuthenticationError),
        ({"code": "run_not_found", "type": "invalid_request_error"}, errors.NotFoundError),
        ({"code": "QPS_LIMIT"}, errors.RateLimitError),
        ({"code": 13, "type": "permission_denied"}, errors.PermissionDeniedError),
        ({"code": "conflict"}, errors.ConflictError),
        ({"code": "internal_error"}, errors.ServerError),
        ({"code": "odd", "message": "not_found"}, errors.ApiStatusError),
        ({}, errors.ApiStatusError),
        ({"code": "４０４"}, errors.ApiStatusError),
    ],
)
def test_an_error_under_200(detail: dict[str, Any], cls: type[errors.ApiStatusError]) -> None:
    """An error object in a 200 is an error; its code or type chooses the class."""
    error = failure(reply(200, {"error": detail}))

    assert type(error) is cls
    assert isinstance(error, errors.ApiStatusError)
    assert error.status_code == 200


@pytest.mark.parametrize(
    ("body", "cls", "code", "message"),
    [
        ({"code": 4, "msg": "总限额"}, errors.RateLimitError, "4", "总限额"),
        ({"code": 13, "msg": "m"}, errors.RateLimitError, "13", "m"),
        ({"code": 15, "message": "并发"}, errors.RateLimitError, "15", "并发"),
        ({"code": "17", "message": "m"}, errors.RateLimitError, "17", "m"),
        ({"code": 18, "message": "qps", "result": None}, errors.RateLimitError, "18", "qps"),
        ({"error": {"code": 18, "message": "m"}}, errors.RateLimitError, "18", "m"),
        ({"error": {"code": 18, "msg": "限流"}}, errors.RateLimitError, "18", "限流"),
        ({"error_code": 18, "error_msg": "m"}, errors.RateLimitError, "18", "m"),
        ({"code": 336501, "msg": "m"}, errors.RateLimitError, "336501", "m"),
        ({"code": 336000, "msg": "m"}, errors.ApiStatusError, "336000", "m"),
        ({"code": "RATE_LIMIT_TOTAL_QPS", "message": "m"}, errors.RateLimitError, None, "m"),
        ({"code": "QUOTA_USER_DAILY_REQUEST", "message": "m"}, errors.RateLimitError, None, "m"),
        ({"code": "BILLING_INSUFFICIENT_BALANCE", "msg": "m"}, errors.RateLimitError, None, "m"),
        ({"code": 404, "message": "没有"}, errors.NotFoundError, "404", "没有"),
        ({"error": None, "code": 18, "msg": "m"}, errors.RateLimitError, "18", "m"),
        ({"error": "busy", "code": 18}, errors.RateLimitError, "18", "busy"),
        ({"error": "File not found"}, errors.NotFoundError, None, "File not found"),
        ({"error": "文件不存在"}, errors.NotFoundError, None, "文件不存在"),
        ({"error": "忙"}, errors.ApiStatusError, None, "忙"),
    ],
)
def test_errors_of_the_vendor_s_other_services(
    body: dict[str, Any], cls: type[errors.ApiStatusError], code: str | None, message: str
) -> None:
    """They are read as what they are, under status 200 too."""
    error = failure(reply(200, body))

    assert type(error) is cls
    assert isinstance(error, errors.ApiStatusError)
    assert error.code == (code or body.get("code"))
    assert error.message == message


def test_the_request_id_in_a_body() -> None:
    """The vendor's general form has it there; one in the headers goes before it."""
    body = {"requestId": "body-1", "code": "AccessDenied", "message": "不"}

    assert failure(reply(403, body)).request_id == "body-1"
    assert failure(reply(200, body)).request_id == "body-1"
    assert failure(reply(403, body, x_appbuilder_request_id="head-1")).request_id == "head-1"


def test_a_proxy_in_between() -> None:
    """An error page that is not the API's shows what it is."""
    error = failure(reply(502, b"<h1>Bad Gateway</h1>", content_type="text/html"))

    assert str(error) == "502: no error object, but '<h1>Bad Gateway</h1>' (text/html)"


def test_a_401_has_advice() -> None:
    """A wrong token names the variable that holds it."""
    error = failure(reply(401, {"error": {"code": "invalid_token", "message": "wrong"}}))

    assert "APPBUILDER_TOKEN" in str(error)


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("https://user:secret@other.example/x?token=secret", "redirects to https://other.example;"),
        ("/relative", "redirects; redirects are not followed"),
        ("http://[", "redirects; redirects are not followed"),
    ],
)
def test_a_redirect(location: str, message: str) -> None:
    """A redirect is an error that names the host, and nothing secret."""
    error = failure(reply(307, b"", location=location))

    assert message in str(error)
    assert "gateway_url" in str(error)
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    ("lost", "cls"),
    [
        (NoReply("gone", reached_server=False, request_id="q"), errors.ApiConnectionError),
        (NoReply("slow", reached_server=True, timed_out=True), errors.ApiTimeoutError),
    ],
)
def test_no_answer(lost: NoReply, cls: type[errors.ApiConnectionError]) -> None:
    """A lost answer keeps whether the server was reached and which request it was."""
    error = failure(lost)

    assert type(error) is cls
    assert isinstance(error, errors.ApiConnectionError)
    assert error.reached_server is lost.reached_server
    assert error.request_id == lost.request_id
    assert error.operation == "queryRun"


JSON: list[Any] = [
    None,
    True,
    0,
    -1.5,
    "",
    "错误",
    [],
    [{"error": {}}],
    {},
    {"error": None},
    {"error": "错误"},
    {"error": 5},
    {"error": ["a"]},
    {"error": {"code": {"a": 1}, "message": ["m"], "type": 3, "param": {"x": None}}},
    {"error": {"code": None, "message": None, "params": ["a", "b"]}},
    {"code": 1, "message": "m"},
]


@pytest.mark.parametrize("body", JSON, ids=json.dumps)
def test_error_detail_never_raises(body: object) -> None:
    """Any JSON may hold an error; its message is text or nothing."""
    detail = error_detail(body, NO_SECRET)

    assert all(
        part is None or isinstance(part, str)
        for part in (detail.code, detail.message, detail.type, detail.param)
    )


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"error": "错误"}, ErrorDetail(message="错误")),
        ({"error": {"code": 7, "params": "run_id"}}, ErrorDetail(code="7", param="run_id")),
        ({"error": {"param": "a", "params": "b"}}, ErrorDetail(param="a")),
        ({"error": {"params": ["名"]}}, ErrorDetail(param='["名"]')),
        ({"code": 1, "message": "m"}, ErrorDetail(code="1", message="m")),
        ({"error": {"message": ""}}, ErrorDetail()),
    ],
)
def test_error_detail(body: object, detail: ErrorDetail) -> None:
    """Both spellings of the field at fault and both kinds of code are read."""
    assert error_detail(body, NO_SECRET) == detail


NOON = "Wed, 21 Oct 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry_after": "2"}, 2.0),
        ({"retry_after": " 1.5 "}, 1.5),
        ({"retry_after": "-1"}, None),
        ({"retry_after": "nan"}, None),
        ({"retry_after": "inf"}, None),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "Wed, 21 Oct 2026 12:00:07 GMT", "date": NOON}, 7.0),
        ({"retry_after": "Wed, 21 Oct 2026 11:00:00 GMT", "date": NOON}, 0.0),
        ({"retry_after": "Wed, 99 Oct 2026 11:00:00 GMT", "date": NOON}, None),
        ({"retry_after": "Wed, 21 Oct 2026 12:00:07 GMT", "date": "today"}, 1_792_584_007.0),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds and dates are read, a date by the clock of the server that wrote it."""
    assert retry_after(reply(429, **headers)) == seconds


def test_retry_after_by_our_clock() -> None:
    """Without a Date in the answer our own clock must do."""
    date = {"retry-after": "Wed, 21 Oct 2026 12:00:07 GMT"}

    assert retry_after(Reply(429, date, b"", received_at=1_792_584_000.0)) == 7.0
