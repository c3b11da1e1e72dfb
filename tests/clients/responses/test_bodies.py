"""Bodies that are not what the API promises: each is read, or a documented error."""

from __future__ import annotations

import copy
import gzip
import json
import zlib

import pytest
from appbuilder_assistants import ApiConnectionError, ResponseError

from tests.clients.bodies import RUN
from tests.clients.operations import OPERATIONS
from tests.clients.raw_server import answer, head
from tests.clients.responses.asked import (
    HTML,
    JSON_CALLS,
    PING,
    STREAMS,
    Asked,
    as_bytes,
    right_answer,
)


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
