"""The token occurs nowhere but in the requests: in no text, pickle, log or traceback."""

from __future__ import annotations

import copy
import io
import json
import logging
import pickle
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    ApiStatusError,
    ApiTimeoutError,
    AssistantsError,
    AuthenticationError,
    DeadlineExceededError,
    ResponseError,
    RetryPolicy,
    ServerError,
    StreamInterruptedError,
    ToolLoopError,
)
from appbuilder_assistants._core.limits import MAX_BODY
from appbuilder_assistants.hooks import CallFinished, HookEvent

from tests.clients.bodies import (
    BEGIN,
    CHUNKED,
    EMPTY_LIST,
    END,
    RUN,
    BrokenStream,
    chunk,
    event,
    framed,
    piece,
    status,
)
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import Exchange, answer

# In no variable of a test: tracebacks are shown with the variables of the tests' frames as well.
SECRET = "bce-v3/ALTAK-" + "秘密".encode().hex()
ONCE = RetryPolicy(attempts=1)
NOWHERE = "http://127.0.0.1:9"
RUNS = "/v2/threads/runs"


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """Every log record of any logger and level, with its arguments and its traceback."""
    lines: list[str] = []

    class Everything(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{record.name}: {self.format(record)} {record.args} {vars(record)}")

    handler, level = Everything(0), logging.root.level
    logging.root.addHandler(handler)
    logging.root.setLevel(1)
    yield lines
    logging.root.removeHandler(handler)
    logging.root.setLevel(level)


def shown(error: BaseException) -> Iterator[str]:
    """Every form in which an error and its causes may be shown."""
    behind: list[BaseException | None] = [error]
    seen: set[int] = set()
    while behind:
        one = behind.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        behind += [one.__cause__, one.__context__]
        yield f"{one}{one!r}{one.args!r}{vars(one)}"
        yield from traceback.TracebackException.from_exception(one, capture_locals=True).format()
    if isinstance(error, AssistantsError):
        yield repr(pickle.dumps(error))
        yield repr(vars(copy.copy(error)))


def assert_hidden(error: BaseException, logged: list[str]) -> None:
    texts = [*shown(error), *logged]
    hidden = SECRET.rpartition("ALTAK-")[2]
    found = [text for text in texts if SECRET in text or hidden in text]
    assert not found, "\n".join(found)


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


@dataclass(frozen=True)
class Fault:
    """A server's behaviour, the request, and the result."""

    script: Callable[[Exchange], object]
    error: type[Exception]
    call: Callable[[Any], object] = lambda c: c.threads.runs.run("a", "t")
    timeout: float = 30.0


def upload(client: Any) -> object:
    return client.assistants.files.create(Large())


def stream(client: Any) -> object:
    return list(client.threads.runs.stream_run("a", "t"))


def content(client: Any) -> object:
    return client.assistants.files.content("f")


def says(data: bytes) -> Callable[[Exchange], object]:
    return lambda exchange: (exchange.send(last(data)), False)[1]


def last(data: bytes) -> bytes:
    """The answer as that of a server which says that it closes, so that nobody asks it again."""
    return data.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)


def silent(exchange: Exchange) -> object:
    return not exchange.client_disconnected()


def resets(exchange: Exchange) -> bool:
    exchange.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    return False


def half_a_stream(exchange: Exchange) -> bool:
    exchange.send(CHUNKED + chunk(BEGIN))
    return False


REFUSED = {"error": {"code": "invalid_token", "message": "no"}}
ECHO = {"error": {"code": "invalid_token", "message": "no such token: " + SECRET, "param": SECRET}}
FOR_ECHO = json.dumps(ECHO).encode()


def streams(data: bytes) -> Callable[[Exchange], object]:
    """As a server that answers a stream's request with these events, and no other request."""
    return lambda exchange: (
        exchange.send(
            last(CHUNKED) + chunk(data) + chunk(b"")
            if exchange.path == RUNS
            else last(answer({}, "404 x"))
        ),
        False,
    )[1]


def echoes(body: bytes, status: str = "200 OK", **headers: str) -> Callable[[Exchange], object]:
    """As `says`, for a whole answer."""
    return says(answer(body, status, **headers))


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
    "an event whose name is no UTF-8": Fault(
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
    "an error in an event whose name repeats the token": Fault(
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


IN_THE_HEAD = {
    "request id": Fault(says(answer({}, "404 x", x_appbuilder_request_id=SECRET)), ApiStatusError),
    "request id of a good answer": Fault(
        says(answer({}, x_appbuilder_request_id=SECRET)), ResponseError
    ),
    "content type": Fault(says(answer(b"x", content_type=f"text/{SECRET}")), ResponseError),
    "content type of no stream": Fault(
        says(answer(b"x", content_type=f"text/{SECRET}")), ResponseError, stream
    ),
    "redirect": Fault(says(answer(b"", "302 x", location=f"http://{SECRET}/")), ApiStatusError),
    "retry-after": Fault(says(answer({}, "429 x", retry_after=SECRET)), ApiStatusError),
    "status": Fault(says(f"HTTP/1.1 {SECRET}\r\n\r\n".encode()), ApiConnectionError),
    "illegal line": Fault(
        says(f"HTTP/1.1 200 OK\r\n{SECRET}\r\n\r\n".encode()), ApiConnectionError
    ),
    "length": Fault(
        says(f"HTTP/1.1 200 OK\r\nContent-Length: {SECRET}\r\n\r\n".encode()), ApiConnectionError
    ),
}


@pytest.mark.parametrize("name", IN_THE_HEAD)
def test_a_head_that_repeats_it(
    harness: ClientHarness, serve: Serve, logged: list[str], name: str
) -> None:
    """Only httpx and httpcore log the head of an answer as it came, where their logs are on."""
    fault = IN_THE_HEAD[name]
    events: list[HookEvent] = []
    client = secret_client(
        harness, serve(fault.script).url, retry=ONCE, event_hooks=[events.append]
    )

    with pytest.raises(fault.error) as caught:
        fault.call(client)

    # In place: the list is a variable of this frame, which is shown as well.
    logged[:] = [line for line in logged if not line.startswith(("httpcore.", "httpx:"))]
    assert_hidden(caught.value, [*logged, repr(events)])


def test_attempts_that_repeat_it(harness: ClientHarness, serve: Serve, logged: list[str]) -> None:
    """Neither the error's attempts, the log of retries, hooks nor the errors behind have it."""
    events: list[HookEvent] = []
    server = serve(echoes(FOR_ECHO.replace(b"/", rb"\/"), "503 x"))
    client = secret_client(harness, server.url, retry=AT_ONCE, event_hooks=[events.append])

    with pytest.raises(ServerError) as caught:
        client.threads.runs.query("t", "r")

    assert [attempt.status_code for attempt in caught.value.attempts] == [503] * 3
    assert any("retrying" in line for line in logged)
    assert_hidden(caught.value, [*logged, repr(events)])


def test_a_pause_that_is_too_long(harness: ClientHarness, serve: Serve, logged: list[str]) -> None:
    """The error for a deadline quotes the failure before it."""
    server = serve(echoes(FOR_ECHO, "503 x", retry_after="7"))
    client = secret_client(harness, server.url, deadline=5)

    with pytest.raises(DeadlineExceededError, match=r"no such token: \*\*\*") as caught:
        client.threads.runs.query("t", "r")

    assert_hidden(caught.value, logged)


STRANGE = {**RUN, "id": SECRET, "status": SECRET}
IN_VALUES = {
    "a run's id": Fault(
        streams(status(1, "run_begin", SECRET, run_object=STRANGE)), StreamInterruptedError, stream
    ),
    "a run's status": Fault(
        BrokenStream(CHUNKED + chunk(BEGIN), answer(STRANGE)), StreamInterruptedError, stream
    ),
    "the final event": Fault(
        says(CHUNKED + chunk(status(1, "run_end", SECRET))),
        StreamInterruptedError,
        lambda c: c.threads.runs.stream_run("a", "t").final_run(),
    ),
    "where a list goes on": Fault(
        says(answer({**EMPTY_LIST, "has_more": True, "last_id": SECRET})),
        ResponseError,
        lambda c: list(c.assistants.list_all()),
    ),
    "where a list goes on, behind much else": Fault(
        says(answer({**EMPTY_LIST, "has_more": True, "last_id": "页" * 60 + SECRET})),
        ResponseError,
        lambda c: list(c.assistants.list_all()),
    ),
    "the name of a tool": Fault(
        says(
            answer(
                {
                    **RUN,
                    "status": "requires_action",
                    "required_action": {
                        "type": "submit_tool_outputs",
                        "submit_tool_outputs": {
                            "tool_calls": [
                                {"id": "1", "type": "function", "function": {"name": SECRET}}
                            ]
                        },
                    },
                }
            )
        ),
        ToolLoopError,
        lambda c: c.threads.runs.run_with_tools("a", "t", max_rounds=1),
    ),
}


@pytest.mark.parametrize("name", IN_VALUES)
def test_an_error_that_quotes_a_value(
    harness: ClientHarness, serve: Serve, logged: list[str], name: str
) -> None:
    """The value of a good answer is as it came, but what an error quotes of it is not."""
    fault = IN_VALUES[name]
    events: list[HookEvent] = []
    server = serve(fault.script)
    client = secret_client(harness, server.url, retry=ONCE, event_hooks=[events.append])

    with pytest.raises(fault.error, match=r"\*\*\*") as caught:
        fault.call(client)

    error = caught.value
    assert isinstance(error, AssistantsError)
    errors = [error, *(event.error for event in events if isinstance(event, CallFinished))]
    ours = [line for line in logged if line.startswith("appbuilder_assistants")]
    texts = [f"{one}{one!r}{one.args!r}{getattr(one, 'attempts', '')}" for one in errors if one]
    assert SECRET[:12] not in "".join([*texts, *ours])


def test_a_returned_value_is_unchanged(harness: ClientHarness, serve: Serve) -> None:
    """An answer that is right is not altered, with the token in it or not."""
    body = {**RUN, "instructions": f"令牌 {SECRET}", "more": {"error": SECRET}}
    server = serve(
        lambda exchange: exchange.send(
            framed(BEGIN + piece(2, SECRET) + END)["length"]
            if exchange.json.get("stream")
            else answer(body, x_appbuilder_request_id=SECRET)
        )
    )
    client = secret_client(harness, server.url)

    assert client.threads.runs.query("t", "r").instructions == f"令牌 {SECRET}"
    raw = client.with_raw_response.threads.runs.query("t", "r")
    assert json.loads(raw.content) == body
    assert raw.headers["x-appbuilder-request-id"] == SECRET
    assert client.threads.runs.stream_run("a", "t").final_text() == SECRET


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


def secret_client(harness: ClientHarness, url: str, **options: Any) -> Any:
    """A client with the token, from a frame that is left before anything fails."""
    return harness.client(SECRET, url, **options)


def test_a_server_that_is_not_there(harness: ClientHarness, logged: list[str]) -> None:
    """A connection that is refused, three times."""
    client = secret_client(harness, NOWHERE, retry=AT_ONCE)

    with pytest.raises(ApiConnectionError) as caught:
        client.threads.runs.run("a", "t")

    assert len(caught.value.attempts) == 3
    assert_hidden(caught.value, logged)


def test_a_server_that_never_shakes_hands(
    harness: ClientHarness, serve: Serve, logged: list[str]
) -> None:
    """A connection that comes about too late."""
    server = serve(silent)
    url = server.url.replace("http:", "https:")
    client = secret_client(harness, url, timeout=0.2, retry=ONCE)

    with pytest.raises(ApiTimeoutError, match="no connection") as caught:
        client.threads.runs.run("a", "t")

    assert_hidden(caught.value, logged)


def test_tls_that_fails(harness: ClientHarness, serve: Serve, logged: list[str]) -> None:
    """The peer does not speak TLS at all."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    client = secret_client(harness, f"https://127.0.0.1:{port}", timeout=5, retry=ONCE)

    def refuse() -> None:
        sock, _ = listener.accept()
        sock.recv(1)
        sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        sock.recv(65_536)
        sock.close()

    thread = threading.Thread(target=refuse)
    thread.start()
    with pytest.raises(ApiConnectionError) as caught:
        client.threads.runs.run("a", "t")
    thread.join()
    listener.close()

    assert_hidden(caught.value, logged)


def test_no_free_connection(harness: ClientHarness, serve: Serve, logged: list[str]) -> None:
    """The timeout of waiting for another call's connection."""
    server = serve(silent)
    limits = httpx.Limits(max_connections=1)
    client = secret_client(
        harness,
        server.url,
        http_client=harness.http(limits=limits),
        retry=ONCE,
        timeout=httpx.Timeout(5, read=2, pool=0.1),
    )

    def ask() -> Any:
        return client.threads.runs.query("t", "r")

    with pytest.raises(ApiTimeoutError) as caught:
        harness.together([ask, ask])

    assert_hidden(caught.value, logged)


BAD: dict[str, Any] = {
    "a line break": SECRET + "\n",
    "a space": " " + SECRET,
    "a space within": SECRET + " 0",
    "a space behind the prefix": f"Bearer {SECRET} 0",
    "Chinese": SECRET + "密",
    "bytes": SECRET.encode(),
    "a list": [SECRET],
}


@pytest.mark.parametrize("name", BAD)
def test_a_token_that_cannot_be_used(
    harness: ClientHarness, logged: list[str], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The constructor refuses it and does not show it, given or from the environment."""
    with pytest.raises((TypeError, ValueError), match="token") as caught:
        harness.client_class(BAD[name], NOWHERE)
    assert_hidden(caught.value, logged)

    if isinstance(BAD[name], str):
        monkeypatch.setenv("APPBUILDER_TOKEN", BAD[name])
        with pytest.raises(ValueError, match="APPBUILDER_TOKEN") as caught_again:
            harness.client_class(gateway_url=NOWHERE)
        assert_hidden(caught_again.value, logged)


@pytest.mark.parametrize(
    "wrong",
    [
        {"gateway_url": "ftp://gw.example"},
        {"gateway_url": "https://user:password@gw.example"},
        {"gateway_url": "https://user:password@gw.example:0"},
        {"gateway_url": "https://gw.example?"},
        {"gateway_url": "http://例子..example"},
        {"timeout": -1},
        {"retry": 3},
        {"verify": "没有.pem"},
        {"http_client": 5},
        {"default_headers": {"Authorization": "x"}},
        {"extra_body": {"a": {1}}},
        {"event_hooks": [5]},
    ],
    ids=str,
)
def test_other_wrong_options(harness: ClientHarness, logged: list[str], wrong: Any) -> None:
    """A client that is not made for another reason does not show the token either."""
    with pytest.raises((TypeError, ValueError, OSError)) as caught:
        harness.client_class(SECRET, **wrong)

    assert_hidden(caught.value, logged)


@pytest.mark.parametrize(
    "wrong",
    [
        {"deadline": -1},
        {"gateway_url": "http://例子..example"},
        {"http_client": 5},
        {"extra_body": {}, "set_extra_body": {}},
    ],
    ids=str,
)
def test_a_copy_that_is_not_made(harness: ClientHarness, logged: list[str], wrong: Any) -> None:
    """`with_options` shows no token either."""
    client = harness.client_class("k", NOWHERE)

    with pytest.raises((TypeError, ValueError)) as caught:
        client.with_options(token=SECRET, **wrong)

    assert_hidden(caught.value, logged)


def test_the_objects(harness: ClientHarness, tmp_path: Path) -> None:
    """Clients, their parts, settings and copies: shown, copied or pickled."""
    client = harness.client_class(SECRET, NOWHERE)
    parts = [
        client,
        client.with_options(timeout=3),
        client.with_raw_response,
        client.threads,
        client.threads.runs,
        client.assistants.files,
        client._caller,
        client._caller.settings,
        client._caller.settings.authorization,
        client.threads.runs.stream_run("a", "t"),
        client.threads.runs.stream_run_with_handler("a", "t"),
    ]

    for part in parts:
        assert SECRET not in f"{part}{part!r}{getattr(part, '__dict__', '')}"
        assert SECRET not in repr(copy.copy(part))
        try:
            pickled = pickle.dumps(part)
        except (TypeError, AttributeError, pickle.PicklingError) as error:
            assert SECRET not in "".join(shown(error))  # noqa: PT017
        else:
            assert SECRET.encode() not in pickled


@pytest.mark.parametrize("status", ["301 x", "302 x", "303 x", "307 x", "308 x"])
@pytest.mark.parametrize("to", ["{url}/v2/threads/runs", "{bare}/v2", "{url}@127.0.0.1:9/"])
def test_a_redirect_carries_nothing(
    harness: ClientHarness, serve: Serve, status: str, to: str
) -> None:
    """Another host, here another port, is never spoken to."""
    other = serve(lambda exchange: exchange.send(answer(RUN)))
    location = to.format(url=other.url, bare=other.url.removeprefix("http:"))
    server = serve(lambda exchange: exchange.send(answer(b"", status, location=location)))

    for http in (None, harness.http(follow_redirects=True)):
        client = secret_client(harness, server.url, http_client=http, retry=AT_ONCE)
        for call in (FAULTS["401"].call, stream, content, lambda c: c.threads.delete("t")):
            with pytest.raises(ApiStatusError, match="redirects are not followed"):
                call(client)

    assert (other.exchanges, other.connections) == ([], 0)


PROGRAM = """
import sys
from appbuilder_assistants import AppBuilder, AssistantsError
client = AppBuilder(gateway_url=sys.argv[1], timeout=5)
try:
    client.threads.runs.query("t", "r")
except AssistantsError:
    pass
client.threads.runs.query("t", "r")
client.close()
"""


def test_the_log_that_a_variable_turns_on(serve: Serve) -> None:
    """APPBUILDER_LOG=debug shows each request and each retry on standard error, not the token."""
    answers = [answer({}, "401 x"), answer({}, "503 x", retry_after="0"), answer(RUN)]
    server = serve(lambda exchange: exchange.send(answers.pop(0)))
    environ = {"APPBUILDER_TOKEN": SECRET, "APPBUILDER_LOG": "debug", "PYTHONUTF8": "1"}

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, server.url],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environ,
        check=True,
    )

    assert server.exchanges[0].headers["authorization"].endswith(SECRET)
    assert done.stderr.count("queryRun POST /v2/threads/runs/query: ") == 3 + 1
    assert done.stderr.count("retrying") == 1
    assert SECRET not in done.stdout + done.stderr
