"""Quotations of an answer that repeats the token in errors; a returned value is as it came."""

from __future__ import annotations

import json

import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    ApiStatusError,
    AssistantsError,
    DeadlineExceededError,
    ResponseError,
    ServerError,
    StreamInterruptedError,
    ToolLoopError,
)
from appbuilder_assistants.hooks import CallFinished, HookEvent

from tests.clients.bodies import (
    BEGIN,
    CHUNKED,
    EMPTY_LIST,
    END,
    RUN,
    BrokenStream,
    chunk,
    framed,
    piece,
    status,
)
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import answer
from tests.clients.secrets.faults import FOR_ECHO, Fault, echoes, says, stream, streams
from tests.clients.secrets.traces import ONCE, SECRET, assert_hidden, secret_client

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
    "where a list continues": Fault(
        says(answer({**EMPTY_LIST, "has_more": True, "last_id": SECRET})),
        ResponseError,
        lambda c: list(c.assistants.list_all()),
    ),
    "where a list continues, behind much else": Fault(
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
