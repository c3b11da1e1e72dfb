"""The tests fail where a promise is broken: the mock server, with one fault each time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from schemathesis.core.failures import CustomFailure, Failure, FailureGroup
from schemathesis.openapi.checks import IgnoredAuth, JsonSchemaError, MissingHeaders

from . import spec
from .by_hand import Caller
from .proxy import Answer, Headers, proxied
from .target import TOKEN, Target, mock_target

HERE = Path(__file__).parent
STREAMED = {**spec.example("createRun"), "thread_id": None, "stream": True}
Events = list[bytes]


@pytest.fixture(scope="module")
def honest() -> Iterator[Target]:
    """A server that keeps its promises, whichever server the other tests attack."""
    with mock_target() as target:
        yield target


def test_proxy_breaks_nothing_by_itself(honest: Target) -> None:
    with proxied(honest.url) as url:
        caller = Caller(Target(url, TOKEN))

        caller.call("queryRun", spec.example("queryRun"))
        assert caller.send("createRun", STREAMED).headers["content-type"]


def payloads(name: str, **values: Any) -> Callable[[Events], Events]:
    """Change fields of all events of this name; the value `...` leaves a field out."""

    def change(events: Events) -> Events:
        changed = []
        for event in events:
            head, _, data = event.partition(b"\ndata: ")
            if head == f"event: {name}".encode():
                payload = {**json.loads(data), **values}
                payload = {key: value for key, value in payload.items() if value is not ...}
                event = head + b"\ndata: " + json.dumps(payload).encode() + b"\n\n"
            changed.append(event)
        return changed

    return change


BROKEN_EVENTS: dict[str, Callable[[Events], Events]] = {
    "number as text": payloads("status", send_id="1"),
    "event type gone": payloads("status", event_type=...),
    "message id gone": payloads("message", message_id=...),
    "text as number": payloads("message", content=[{"type": "text", "text": {"value": 1}}]),
    "run without id": payloads("status", details={"run_object": {"object": "thread.run"}}),
    "data not JSON": lambda events: [events[0].replace(b"{", b"", 1), *events[1:]],
    "unknown event": lambda events: [events[0].replace(b": status", b": state"), *events[1:]],
    "no data": lambda events: [b"event: status\ndata\n\n", *events],
}
BROKEN_ORDER: dict[str, tuple[Callable[[Events], Events], str]] = {
    "twice": (lambda events: [events[0], *events], "send_id does not count"),
    "gone": (lambda events: [*events[:2], *events[3:]], "send_id does not count"),
    "swapped": (lambda events: [events[1], events[0], *events[2:]], "run_begin, at the start"),
    "counted wrong": (payloads("status", send_id=1), "send_id does not count"),
    "no end": (lambda events: events[:-1], "one run_end, and nothing after it"),
    "after the end": (lambda events: [*events, events[1]], "one run_end, and nothing after it"),
}


@pytest.mark.parametrize("change", BROKEN_EVENTS.values(), ids=BROKEN_EVENTS.keys())
def test_broken_event(honest: Target, change: Callable[[Events], Events]) -> None:
    """The data of each event is held to its schema."""
    found = faults(honest, STREAMED, events=change)

    assert any(isinstance(fault, JsonSchemaError) for fault in found)


@pytest.mark.parametrize(("change", "told"), BROKEN_ORDER.values(), ids=BROKEN_ORDER.keys())
def test_broken_order(honest: Target, change: Callable[[Events], Events], told: str) -> None:
    """Events that are right one by one are held to their grammar."""
    [fault] = faults(honest, STREAMED, events=change)

    assert isinstance(fault, CustomFailure)
    assert told in str(fault)


def test_ignored_token(honest: Target) -> None:
    """A server that takes any token is found out by what it answers without one."""

    def asked(headers: Headers) -> Headers:
        return {**headers, "Authorization": f"Bearer {TOKEN}"}

    with proxied(honest.url, asked=asked) as url, pytest.raises(FailureGroup) as caught:
        Caller(Target(url, TOKEN)).send("queryRun", spec.example("queryRun"))

    assert [type(fault) for fault in caught.value.exceptions] == [IgnoredAuth]


def test_missing_header(honest: Target) -> None:
    def answered(answer: Answer) -> Answer:
        name = "x-appbuilder-request-id"
        rest = {key: value for key, value in answer.headers.items() if key.lower() != name}
        return replace(answer, headers=rest)

    with proxied(honest.url, answered=answered) as url, pytest.raises(FailureGroup) as caught:
        Caller(Target(url, TOKEN)).send("queryRun", spec.example("queryRun"))

    assert [type(fault) for fault in caught.value.exceptions] == [MissingHeaders]


def test_server_that_knows_nothing() -> None:
    """Always 404 instead of 200 is documented nearly everywhere, and yet found out."""

    def answered(answer: Answer) -> Answer:
        if answer.status != 200:
            return answer
        body = json.dumps({"error": {"code": "not_found", "message": "没有"}}).encode()
        return Answer(404, {**answer.headers, "content-type": "application/json"}, body)

    with mock_target() as target, proxied(target.url, answered=answered) as url:
        failed = failed_with_examples(url)

    # For operations that look nothing up 404 is not documented.
    looking = [name for name, one in spec.operations().items() if "404" not in one["responses"]]
    assert [line for line in failed if "::test_operation" in line] == failed[: len(looking)]
    assert "::test_every_documented_success_was_reached" in failed[len(looking)]


def faults(
    honest: Target, body: dict[str, Any], *, events: Callable[[Events], Events]
) -> list[Failure]:
    """What the checks find when the events of a stream are changed on their way."""

    def answered(answer: Answer) -> Answer:
        if answer.status != 200:
            return answer
        blocks = [block + b"\n\n" for block in answer.body.split(b"\n\n")[:-1]]
        return replace(answer, body=b"".join(events(blocks)))

    with proxied(honest.url, answered=answered) as url, pytest.raises(FailureGroup) as caught:
        Caller(Target(url, TOKEN)).send("createRun", body)
    return list(caught.value.exceptions)


def failed_with_examples(url: str) -> list[str]:
    """The tests of test_operations.py that fail at this server, with nothing but examples."""
    environment = {
        **os.environ,
        "CONTRACT_TARGET": url,
        "CONTRACT_TOKEN": TOKEN,
        "CONTRACT_PHASES": "examples",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-rf", "--tb=no", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, str(HERE / "test_operations.py")],
        env=environment,
        cwd=HERE.parent,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
