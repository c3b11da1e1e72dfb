"""Answers that are not what the API promises: each is read, or one of the documented errors."""

from __future__ import annotations

import copy
import gzip
import json
import math
import zlib
from itertools import product
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
    StreamInterruptedError,
    final_text,
)
from appbuilder_assistants._core.responses.misfit import kind_of

from tests.clients.bodies import BEGIN, END, RUN, framed, status, stream_of
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.operations import OPERATIONS
from tests.clients.raw_server import answer, head
from tests.fuzz.answers import right_answers
from tests.generated.spec import OPERATIONS as SPECIFIED
from tests.generated.spec import SCHEMAS, types

ONCE = RetryPolicy(attempts=1)
JSON_CALLS = [name for name, operation in OPERATIONS.items() if operation.kind in ("json", "pages")]
LISTS = [name for name in JSON_CALLS if "list" in name or name == "messages.files"]
PAGES = [name for name in JSON_CALLS if OPERATIONS[name].kind == "pages"]
STREAMS = [name for name, operation in OPERATIONS.items() if operation.kind == "stream"]

ERROR = {"error": {"code": "no_such_thing", "message": "没有", "type": "t", "param": "名"}}
PING = b"event: ping\ndata: \n\n"
HTML = b"<!doctype html>\n<title>\xe7\xbd\x91\xe5\x85\xb3</title>"


class Asked:
    """A client of a server that gives the same response to every request."""

    def __init__(self, harness: ClientHarness, serve: Serve, folder: Path) -> None:
        self.sent = b""
        self.hang_up = False
        server = serve(lambda exchange: (exchange.send(self.sent), not self.hang_up)[1])
        self._client = harness.client("k", server.url, retry=ONCE, rate_limit=math.inf)
        self._folder = folder

    def answer(self, name: str, sent: bytes) -> Any:
        """The result of a call."""
        self.sent = sent
        return OPERATIONS[name].call(self._client, self._folder)

    def failure(self, name: str, sent: bytes) -> Any:
        """The error that a call comes to; it says where it comes from."""
        with pytest.raises(AssistantsError) as caught:
            self.answer(name, sent)
        error = caught.value
        operation_id = OPERATIONS[name].operation_id
        path = SPECIFIED[operation_id]["path"]
        assert (error.operation, error.method, error.path) == (operation_id, "POST", path)
        assert list(self._folder.iterdir()) == []
        return error


@pytest.fixture
def asked(harness: ClientHarness, serve: Serve, tmp_path: Path) -> Asked:
    return Asked(harness, serve, tmp_path)


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


def test_html_from_a_proxy(asked: Asked) -> None:
    """The error shows how it begins, and of what type it is."""
    for name in [*JSON_CALLS, *STREAMS]:
        sent = answer(HTML, "203 x", content_type="text/html", x_appbuilder_request_id="req_1")
        error = asked.failure(name, sent)

        assert type(error) is ResponseError
        assert (error.status_code, error.request_id) == (203, "req_1")
        assert "'<!doctype html>\\n<title>网关</title>' (text/html)" in error.message


def test_html_in_place_of_a_file(asked: Asked) -> None:
    """A download has a name, which a proxy does not give; content may well be a page."""
    error = asked.failure("files.download", answer(HTML, content_type="text/html"))

    assert type(error) is ResponseError
    assert "Content-Disposition" in error.message


def test_truncated_json(asked: Asked) -> None:
    """Cut by the network it is a lost answer; cut before that, a wrong one."""
    for name in JSON_CALLS:
        body = as_bytes(right_answer(name))
        length = {"Content-Type": "application/json", "Content-Length": str(len(body))}

        asked.hang_up = False
        wrong = asked.failure(name, answer(body[:-3]))
        asked.hang_up = True
        lost = asked.failure(name, head("200 OK", length) + body[:-3])

        assert type(lost) is ApiConnectionError
        assert lost.reached_server
        assert type(wrong) is ResponseError
        assert "expected JSON, got '{" in wrong.message


def test_json_of_a_wrong_type(asked: Asked) -> None:
    """The bytes are JSON in UTF-8, whatever they are called: they are read."""
    for name in JSON_CALLS:
        body = right_answer(name)
        for content_type in ("text/plain", "text/html; charset=gb2312", "", "x"):
            value = asked.answer(name, answer(body, content_type=content_type))

            if OPERATIONS[name].kind == "pages":
                assert [item.to_dict() for item in value] == body["data"]
            else:
                assert value.to_dict() == body


def test_events_of_a_wrong_type(asked: Asked) -> None:
    """Only a response with the media type of streams is read as one."""
    for name in STREAMS:
        for content_type in ("application/json", "text/plain", ""):
            error = asked.failure(name, answer(PING, content_type=content_type))

            assert type(error) is ResponseError
            assert "expected text/event-stream, got 'event: ping" in error.message


def test_a_stream_in_place_of_json(asked: Asked) -> None:
    """Events are an error for a call that did not ask for a stream."""
    for name in JSON_CALLS:
        error = asked.failure(name, answer(PING, content_type="text/event-stream"))

        assert type(error) is ResponseError
        assert "(text/event-stream)" in error.message


def test_an_empty_body(asked: Asked) -> None:
    """An empty body is an error, under 200 or 204."""
    for name in [*JSON_CALLS, *STREAMS]:
        for sent in (answer(b""), b"HTTP/1.1 204 No Content\r\n\r\n"):
            error = asked.failure(name, sent)

            assert type(error) is ResponseError
            assert "an empty body" in error.message


def test_an_empty_body_in_place_of_a_file(asked: Asked) -> None:
    """Without a name it is no file; with one, it is an empty file."""
    named = answer(b"", content_disposition="attachment; filename=a.txt")

    assert type(asked.failure("files.download", answer(b""))) is ResponseError
    assert asked.answer("files.content", answer(b"")).content == b""
    path = asked.answer("files.download", named)
    assert (path.name, path.read_bytes()) == ("a.txt", b"")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_body_that_cannot_be_decoded(asked: Asked, coding: str) -> None:
    """Bytes that are not compressed as announced, and cut compressed bodies, are errors."""
    for name in ("runs.query", "runs.run", "runs.list_all", "files.create", "runs.stream_run"):
        for body in (b"junk", gzip.compress(b"{}")[:-9], zlib.compress(b"{}")[:3]):
            error = asked.failure(name, answer(body, content_encoding=coding))

            assert isinstance(error, (ApiConnectionError, ResponseError))


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


def test_json_that_is_nested_too_deeply(asked: Asked) -> None:
    """Python could read it, and then neither show nor copy it: it is no answer."""
    for levels, fits in ((90, True), (110, False), (900, False), (100_000, False)):
        deep = b'{"a":' * levels + b"1" + b"}" * levels
        body = as_bytes(RUN)[:-1] + b', "log_id": ' + deep + b"}"
        if fits:
            run = asked.answer("runs.query", answer(body))
            assert json.dumps(run.to_dict())
            assert repr(copy.deepcopy(run)) == repr(run)
        else:
            error = asked.failure("runs.query", answer(body))
            assert type(error) is ResponseError
            assert "expected JSON" in error.message


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


def test_a_cookie_that_cannot_be_sent_back(
    harness: ClientHarness, serve: Serve, tmp_path: Path
) -> None:
    """No cookie is kept: neither a bad one nor one that another caller's request would carry."""
    sent = answer(RUN, set_cookie="a=\xff; b=c")
    server = serve(lambda exchange: exchange.send(sent))
    client = harness.client("k", server.url)

    for _ in range(2):
        client.threads.runs.query("t", "r")

    assert [exchange.headers.get("cookie") for exchange in server.exchanges] == [None, None]


def test_a_bad_cookie_of_a_client_of_ones_own(harness: ClientHarness, serve: Serve) -> None:
    """An http client of the caller's keeps its cookies; one that cannot be sent is an error."""
    server = serve(lambda exchange: exchange.send(answer(RUN, set_cookie="a=\xff")))
    client = harness.client("k", server.url, http_client=harness.http(), retry=ONCE)

    client.threads.runs.query("t", "r")
    with pytest.raises(ApiConnectionError, match="a cookie that is not ASCII") as caught:
        client.threads.runs.query("t", "r")

    assert caught.value.reached_server is False
    assert len(server.exchanges) == 1


LOCATIONS = ["http://xn--/", "http://[", "http://a:99999/", "//", "\xff://x", "http://" + "a" * 300]


@pytest.mark.parametrize("location", LOCATIONS)
def test_a_redirect_to_nowhere(asked: Asked, location: str) -> None:
    """A location that is no URL is an error like any other."""
    for name in ("runs.query", "runs.run", "runs.stream_run", "files.content", "files.create"):
        error = asked.failure(name, answer(b"", "301 Moved", location=location))

        assert isinstance(error, (ApiStatusError, ApiConnectionError))


def as_bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def right_answer(name: str) -> dict[str, Any]:
    """The spec's example."""
    value: dict[str, Any] = right_answers(OPERATIONS[name].operation_id)[0]
    return value


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = SCHEMAS[OPERATIONS[name].returns.__name__]
    return found


def list_fields(name: str) -> list[str]:
    """The fields of an answer that hold lists, by the spec."""
    properties = schema(name)["properties"]
    return [field for field, kind in properties.items() if types(kind) & {"array"}]


ONE_ANSWER = [name for name, operation in OPERATIONS.items() if operation.kind == "json"]
WITH_LISTS = [name for name in ONE_ANSWER if list_fields(name)]
