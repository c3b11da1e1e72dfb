"""The token occurs in no trace of a failed call, whatever the server repeats."""

from __future__ import annotations

import io
import socket
from typing import Any

import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    ApiStatusError,
    ApiTimeoutError,
    AssistantsError,
    AuthenticationError,
    ResponseError,
    StreamInterruptedError,
)
from appbuilder_assistants._core.limits import MAX_BODY

from tests.clients.bodies import BEGIN, CHUNKED, EMPTY_LIST, RUN, chunk, event
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import Exchange, answer
from tests.clients.secrets.faults import (
    ECHO,
    FOR_ECHO,
    Fault,
    content,
    echoes,
    says,
    silent,
    stream,
    streams,
)
from tests.clients.secrets.traces import NOWHERE, ONCE, SECRET, assert_hidden, secret_client


class Failing(io.BytesIO):
    """A file that breaks when it is read."""

    def read(self, size: int | None = -1) -> bytes:
        if size == 0:
            return b""
        raise OSError("the disk is gone")


class Large(io.BytesIO):
    """A file without end."""

    def __init__(self) -> None:
        super().__init__(bytes(64 << 20))


def upload(client: Any) -> object:
    return client.assistants.files.create(Large())


def resets(exchange: Exchange) -> bool:
    exchange.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    return False


def half_a_stream(exchange: Exchange) -> bool:
    exchange.send(CHUNKED + chunk(BEGIN))
    return False


REFUSED = {"error": {"code": "invalid_token", "message": "no"}}
FAULTS = {
    "no answer": Fault(says(b""), ApiConnectionError),
    "a reset": Fault(resets, ApiConnectionError),
    "junk": Fault(says(b"junk"), ApiConnectionError),
    "half an answer": Fault(says(answer(RUN)[:-1]), ApiConnectionError),
    "a bad length": Fault(
        says(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), ApiConnectionError
    ),
    "a bad coding": Fault(says(answer(b"junk", content_encoding="gzip")), ApiConnectionError),
    "not JSON": Fault(says(answer(b"<html>", content_type="text/html")), ResponseError),
    "another object": Fault(says(answer({"object": "x"})), ResponseError),
    "a list": Fault(says(answer([])), ResponseError),
    "401": Fault(says(answer({}, "401 Unauthorized")), AuthenticationError),
    "401 that repeats the token": Fault(says(answer(ECHO, "401 x")), AuthenticationError),
    "200 that repeats the token": Fault(says(answer(ECHO)), AuthenticationError),
    "a page that repeats the token": Fault(
        says(answer(f"<pre>{SECRET}".encode(), "502 x")), ApiStatusError
    ),
    "a page under 200 that repeats the token": Fault(
        echoes(b"<pre>" + SECRET.encode(), content_type="text/html"), ResponseError
    ),
    "half of a JSON text that repeats the token": Fault(echoes(FOR_ECHO[:-1]), ResponseError),
    "another object that repeats the token": Fault(says(answer({"object": SECRET})), ResponseError),
    "a list that repeats the token": Fault(says(answer([SECRET])), ResponseError),
    "a field of the wrong kind that repeats the token": Fault(
        says(answer({**RUN, "required_action": SECRET, "more": [SECRET]})), ResponseError
    ),
    "bytes that are no text, and repeat the token": Fault(
        echoes(b'{"id": "\xff ' + SECRET.encode() + b'"}'), ResponseError
    ),
    "an error behind a long id": Fault(
        says(answer({"log_id": "志" * 70, **ECHO})), AuthenticationError
    ),
    "an error behind blanks": Fault(echoes(b" " * 99 + FOR_ECHO), AuthenticationError),
    "text in place of a stream": Fault(
        echoes(SECRET.encode(), content_type="text/plain"), ResponseError, stream
    ),
    "an error in place of a stream": Fault(echoes(FOR_ECHO), AuthenticationError, stream),
    "an error event": Fault(streams(BEGIN + event("error", ECHO)), AuthenticationError, stream),
    "an error event of text": Fault(
        streams(BEGIN + event("error", SECRET)), ApiStatusError, stream
    ),
    "an error in an event": Fault(
        streams(BEGIN + event("news", ECHO)), AuthenticationError, stream
    ),
    "an error behind the events": Fault(streams(BEGIN + FOR_ECHO), AuthenticationError, stream),
    "an event that is no JSON": Fault(
        streams(BEGIN + event("status", "{" + SECRET)), StreamInterruptedError, stream
    ),
    "an event that is no UTF-8": Fault(
        streams(BEGIN + b"data: " + SECRET.encode() + b" \xff\n\n"), StreamInterruptedError, stream
    ),
    "an event with a name that is no UTF-8": Fault(
        streams(BEGIN + b"event: " + SECRET.encode() + b" \xff\ndata: {}\n\n"),
        StreamInterruptedError,
        stream,
    ),
    "an event that is too large": Fault(
        # Made when it is asked for: it is large.
        lambda exchange: streams(BEGIN + f"data: 令牌 {SECRET}\n".encode() * (MAX_BODY // 32))(
            exchange
        ),
        StreamInterruptedError,
        stream,
    ),
    "an error in an event with the token for a name": Fault(
        streams(BEGIN + event(SECRET, REFUSED)), AuthenticationError, stream
    ),
    "an event of the wrong kind": Fault(
        streams(BEGIN + event("status", {"send_id": SECRET, "status": SECRET})),
        StreamInterruptedError,
        stream,
    ),
    "a list that does not go on where the token is": Fault(
        says(answer({**EMPTY_LIST, "has_more": True, "last_id": SECRET})),
        ResponseError,
        lambda c: list(c.assistants.list_all()),
    ),
    "an error in place of a file": Fault(
        echoes(FOR_ECHO, content_type="image/png"), AuthenticationError, content
    ),
    "500": Fault(says(answer({}, "500 x")), ApiStatusError),
    "a redirect": Fault(says(answer(b"", "302 x", location=f"{NOWHERE}/")), ApiStatusError),
    "a bad redirect": Fault(says(answer(b"", "302 x", location="http://[")), AssistantsError),
    "silence": Fault(silent, ApiTimeoutError, timeout=0.2),
    "an upload nobody reads": Fault(silent, ApiTimeoutError, upload, timeout=0.2),
    "half a stream": Fault(half_a_stream, StreamInterruptedError, stream),
    "an error in a stream": Fault(
        says(CHUNKED + chunk(event("error", REFUSED))), AuthenticationError, stream
    ),
    "no stream": Fault(says(answer(RUN)), ResponseError, stream),
    "half a file": Fault(
        says(answer(bytes(200_000), content_type="image/png")[:150_000]),
        ApiConnectionError,
        content,
    ),
    "a file that breaks": Fault(
        silent, OSError, lambda c: c.assistants.files.create(Failing(b"x")), timeout=5
    ),
    "progress that raises": Fault(
        silent, ZeroDivisionError, lambda c: c.assistants.files.create(b"x", progress=divide)
    ),
}


def divide(sent: int, total: int | None) -> float:
    return 1 / 0


@pytest.mark.parametrize("name", FAULTS)
def test_every_way_to_fail(
    harness: ClientHarness, serve: Serve, logged: list[str], name: str
) -> None:
    """For every failure, and every echo of the server, no trace of it has the token."""
    fault = FAULTS[name]
    server = serve(fault.script)
    client = secret_client(harness, server.url, timeout=fault.timeout, retry=ONCE)

    with pytest.raises(fault.error) as caught:
        fault.call(client)

    assert_hidden(caught.value, logged)
    ours = [line for line in logged if line.startswith("appbuilder_assistants")]
    assert ours or not isinstance(caught.value, AssistantsError)
