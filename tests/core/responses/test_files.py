"""A file or an error: what an answer is, when it is asked for again, and what is saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    ApiStatusError,
    NotFoundError,
    ResponseError,
    RetryPolicy,
)
from appbuilder_assistants._core.calls import NoReply, Reply, Save, Send, Sleep
from appbuilder_assistants._core.flows import save_file
from appbuilder_assistants.types import FileContent

from tests.core.calls import file_call, reply

POLICY = RetryPolicy(jitter=lambda: 0.0)
ERROR = {"error": {"code": 404, "message": "没有"}}
NAMED = reply(200, b"x", content_disposition="attachment; filename=a")


class Nowhere:
    """A target that the flow passes on and never uses itself."""

    def begin(self, headers: Mapping[str, str]) -> None:
        raise AssertionError

    def write(self, data: bytes) -> None:
        raise AssertionError

    def finish(self) -> None:
        raise AssertionError

    def abandon(self) -> None:
        raise AssertionError

    def result(self) -> str:
        return "saved"


def is_file(answer: Reply, *, named: bool = True) -> bool:
    """Whether the flow asks for this answer to be saved."""
    target = Nowhere()
    call = file_call()
    call.named = named
    flow = save_file(call, target, retry=RetryPolicy(attempts=1))
    next(flow)
    return flow.send(answer) == Save(answer, target)


def test_a_file_is_saved() -> None:
    """Sent, begun, saved: the value is what the target has become."""
    flow = save_file(file_call(), Nowhere(), retry=POLICY)
    step = next(flow)

    assert isinstance(step, Send)
    assert (step.accept, step.peek) == ("*/*", 64 * 1024)
    assert step.leave_open(200, {"content-disposition": "attachment"})
    assert not step.leave_open(200, {})
    assert not step.leave_open(302, {"content-disposition": "attachment"})
    assert not step.leave_open(404, {"content-disposition": "attachment"})
    assert isinstance(flow.send(NAMED), Save)
    with pytest.raises(StopIteration) as stop:
        flow.send(None)
    assert stop.value.value == "saved"


@pytest.mark.parametrize(
    "body",
    [
        ERROR,
        {"error": "无"},
        {"error": {"code": 404}},
        {**ERROR, "request_id": "r"},
        {"error": {"code": 1, "message": "m", "type": "t", "param": "p", "params": None}},
    ],
)
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/octet-stream", ""])
@pytest.mark.parametrize("named", [True, False])
def test_an_error_object_is_no_file(body: Any, kind: str, named: bool) -> None:
    """Under status 200, whatever content type it is given."""
    headers = {"content_type": kind} if kind else {}

    with pytest.raises(ApiStatusError):
        is_file(reply(200, body, **headers), named=named)


OTHERS = [[ERROR], {"id": 1}, b"{", b"", b"<html>"]


NAME = "attachment; filename=e.json"


@pytest.mark.parametrize(
    "body", [*OTHERS, {"error": "text"}, {**ERROR, "id": 1}, {"error": {"message": "no code"}}]
)
def test_a_response_with_a_file_name_is_that_file(body: Any) -> None:
    """A user's own file may be JSON, and speak of errors."""
    assert is_file(reply(200, body, content_disposition=NAME, content_type="application/json"))
    assert is_file(reply(200, ERROR, content_disposition=NAME, content_type="text/plain"))


def test_just_an_error_object_is_never_a_file() -> None:
    """Not even under a name: raising is better than saving a refusal."""
    with pytest.raises(NotFoundError):
        is_file(reply(200, ERROR, content_disposition=NAME, content_type="application/json"))


FLAT = [
    {"code": 18, "message": "Open api qps request limit reached"},
    {"code": 336501, "msg": "请求过多", "result": None},
    {"requestId": "r", "code": "AccessDenied", "message": "不"},
    {"code": "QUOTA_USER_DAILY_REQUEST", "message": "m", "type": "t"},
]


@pytest.mark.parametrize("body", FLAT)
@pytest.mark.parametrize("named", [True, False])
def test_errors_of_the_vendor_s_other_services_are_no_files(body: Any, named: bool) -> None:
    """With a name and without one, JSON of just their shape is a refusal."""
    headers = {"content_disposition": NAME} if named else {}

    with pytest.raises(ApiStatusError, match=body.get("message") or body["msg"]):
        is_file(reply(200, body, content_type="application/json", **headers), named=named)


@pytest.mark.parametrize(
    "body", [{"code": 18, "message": "m", "rows": [1]}, {"code": 0, "msg": "ok"}, {"code": 18}]
)
def test_a_file_that_has_a_code_in_it(body: Any) -> None:
    """A body with more than an error, or without an error's code, is a file."""
    assert is_file(reply(200, body, content_type="application/json"), named=False)
    named = {"content_disposition": NAME, "content_type": "application/json"}
    assert is_file(reply(200, body, **named))


@pytest.mark.parametrize("body", OTHERS)
def test_a_response_that_is_no_error_is_a_file_only_where_files_have_no_name(body: Any) -> None:
    """A proxy's page is not saved as the file that was asked for."""
    assert is_file(reply(200, body), named=False)
    with pytest.raises(ResponseError, match="Content-Disposition"):
        is_file(reply(200, body))


def test_an_open_answer_is_a_file() -> None:
    """It is too long for an error object."""
    answer = reply(200, ERROR)
    answer.live = object()
    assert is_file(answer, named=False)


@pytest.mark.parametrize("outcome", [NoReply("cut", reached_server=True), reply(503), reply(429)])
def test_it_is_asked_for_again_before_it_begins(outcome: Any) -> None:
    """Nothing has been saved yet, so that nothing can come twice."""
    flow = save_file(file_call(), Nowhere(), retry=POLICY)
    next(flow)

    assert isinstance(flow.send(outcome), Sleep)
    assert isinstance(flow.send(None), Send)
    assert isinstance(flow.send(NAMED), Save)


def test_it_is_never_begun_anew() -> None:
    """A file that is cut off is an error, with its cause."""
    cause = OSError("reset")
    flow = save_file(file_call(), Nowhere(), retry=POLICY)
    next(flow)
    flow.send(NAMED)

    with pytest.raises(ApiConnectionError, match="cut") as caught:
        flow.send(NoReply("cut", reached_server=True, cause=cause))

    assert caught.value.__cause__ is cause
    assert caught.value.operation == "downloadFile"


def test_a_file_that_is_not_there() -> None:
    """A refusal is raised by its kind."""
    with pytest.raises(NotFoundError):
        is_file(reply(404, ERROR))
    with pytest.raises(NotFoundError):
        is_file(reply(200, ERROR))


def test_content_does_not_show_its_bytes() -> None:
    """A file in a log line or a traceback is of no use to anyone."""
    assert repr(FileContent(b"secret", "text/plain")) == "FileContent(content_type='text/plain')"
