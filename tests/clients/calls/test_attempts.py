"""`.attempts` has every failed request, for each way in which a call fails."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Any

import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    AssistantsError,
    BadRequestError,
    DeadlineExceededError,
    ServerError,
    StreamInterruptedError,
)

from tests.clients.bodies import BEGIN, CHUNKED, chunk, event, status, stream_of
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import Exchange, answer

BUSY = answer({"error": {"code": "busy", "message": "忙"}}, "429 Too Many Requests")
DOWN = answer({"error": {"code": "down", "message": "坏了"}}, "503 Service Unavailable")
HALF_A_FILE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
    b'Content-Disposition: attachment; filename="a.bin"\r\nContent-Length: 2000000\r\n\r\n'
) + b"x" * 200_000
NO_RUN = status(2, "run_end", "completed")


def first(refusal: bytes, then: bytes, *, later: bytes = b"") -> Callable[[Exchange], bool]:
    """A server that refuses once, then sends these bytes and closes; and its later answers."""
    answers = [refusal, then]

    def script(exchange: Exchange) -> bool:
        found = answers.pop(0) if answers else later
        exchange.send(found)
        return found is refusal

    return script


def download(client: Any) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        return client.assistants.files.download("f", folder)


def read(client: Any) -> Any:
    return list(stream_of(client))


def with_tools(client: Any) -> Any:
    thread = {"messages": [{"role": "user", "content": "你好"}]}
    return list(client.threads.runs.stream_run_with_tools("a", thread=thread, tools=[]))


def final_run(client: Any) -> Any:
    return stream_of(client).final_run()


ERROR = event("error", {"error": {"code": 400, "message": "不行"}})


@pytest.mark.parametrize(
    ("call", "script", "kind", "statuses"),
    [
        (read, (BUSY, b""), StreamInterruptedError, [429, None]),
        (read, (BUSY, CHUNKED + chunk(BEGIN)), StreamInterruptedError, [429, 200]),
        (read, (BUSY, CHUNKED + chunk(event("status", "{"))), StreamInterruptedError, [429, 200]),
        (read, (BUSY, CHUNKED + chunk(BEGIN + ERROR)), BadRequestError, [429, 200]),
        (with_tools, (BUSY, CHUNKED + chunk(BEGIN)), StreamInterruptedError, [429, 200]),
        (
            final_run,
            (BUSY, CHUNKED + chunk(NO_RUN) + chunk(b"")),
            StreamInterruptedError,
            [429, 200],
        ),
        (download, (DOWN, HALF_A_FILE), ApiConnectionError, [503, 200]),
    ],
    ids=["hang-up", "break", "odd event", "error event", "tools", "no run", "download"],
)
def test_an_answer_that_breaks_off(
    harness: ClientHarness,
    serve: Serve,
    call: Callable[[Any], Any],
    script: tuple[bytes, bytes],
    kind: type[AssistantsError],
    statuses: list[int | None],
) -> None:
    """Refused attempts are kept, and the last attempt is the one that broke."""
    client = harness.client("k", serve(first(*script, later=DOWN)).url, retry=AT_ONCE)

    with pytest.raises(kind) as caught:
        call(client)

    assert [attempt.status_code for attempt in caught.value.attempts] == statuses
    assert "after 2 attempts" in str(caught.value)
    assert all(attempt.seconds > 0 and attempt.waited == 0 for attempt in caught.value.attempts)


def test_a_stream_that_is_overdue(harness: ClientHarness, serve: Serve) -> None:
    """The deadline ends its one attempt."""

    def script(exchange: Exchange) -> None:
        exchange.send(CHUNKED + chunk(BEGIN))
        exchange.client_disconnected()

    with pytest.raises(DeadlineExceededError) as caught:
        list(harness.client("k", serve(script).url).threads.runs.stream_run("a", "t", deadline=2))

    assert [attempt.status_code for attempt in caught.value.attempts] == [200]


def test_a_look_up_that_is_overdue(harness: ClientHarness, serve: Serve) -> None:
    """The deadline passes while the run of a stream that broke off is looked up."""

    def script(exchange: Exchange) -> bool:
        if exchange.path == "/v2/threads/runs":
            exchange.send(CHUNKED + chunk(BEGIN))
        else:
            exchange.client_disconnected()
        return False

    with pytest.raises(DeadlineExceededError) as caught:
        list(harness.client("k", serve(script).url).threads.runs.stream_run("a", "t", deadline=2))

    assert [attempt.status_code for attempt in caught.value.attempts] == [200]


def test_attempts_are_on_the_error(harness: ClientHarness, serve: Serve) -> None:
    """Every try, how it ended, how long it took, and the pause behind it."""
    sent = [DOWN, b"", answer({"error": {"message": "忙"}}, "500 Internal Server Error")]

    def script(exchange: Exchange) -> bool:
        data = sent.pop(0)
        exchange.send(data)
        return bool(data)

    client = harness.client("k", serve(script).url, retry=AT_ONCE)

    with pytest.raises(ServerError, match=r"500: 忙 \(request id .*, after 3 attempts\)") as caught:
        client.threads.runs.query("t", "r")

    tried = caught.value.attempts
    assert [attempt.status_code for attempt in tried] == [503, None, 500]
    assert "was cut off" in tried[1].error
    assert all(attempt.seconds > 0 for attempt in tried)
    assert tried[1].request_id is not None
