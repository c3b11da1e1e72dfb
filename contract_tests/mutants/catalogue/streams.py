"""Streams that do not keep their grammar: order, counting, pairs, ends; and streams for JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from contract_tests.mutants.changes import (
    ProxiedEvent,
    counted,
    names,
    put,
    raw_stream,
    request,
    stream,
)
from contract_tests.mutants.mutant import Mutant
from contract_tests.mutants.proxy import Change, ProxyResponse
from contract_tests.mutants.proxy import ProxyRequest as Asked
from contract_tests.mutants.proxy import Send as SendOwn

Events = Iterator[ProxiedEvent]


def _without(kind: str) -> Change:
    return stream(lambda events: counted(one for one in events if one.kind != kind))


def _twice(kind: str) -> Change:
    def change(events: Events) -> Events:
        for one in events:
            yield one
            if one.kind == kind:
                yield one

    return stream(lambda events: counted(change(events)))


def _swapped(kind: str) -> Change:
    """Swap an event of this kind with the next event."""

    def change(events: Events) -> Events:
        for one in events:
            following = next(events, None) if one.kind == kind else None
            if following is not None:
                yield following
            yield one

    return stream(lambda events: counted(change(events)))


def _numbered(number: int, step: int) -> Change:
    def change(events: Events) -> Events:
        send_id = number
        for one in events:
            yield replace(one, data={**one.data, "send_id": send_id})
            send_id += step

    return stream(change)


def _again_at_the_end(events: Events) -> Events:
    last = None
    for last in events:
        yield last
    if last is not None:
        yield last


def _ping_at_the_end(events: Iterator[bytes]) -> Iterator[bytes]:
    yield from events
    yield b"event: ping\ndata: {}\n\n"


def _to_the_first_piece(events: Events) -> Events:
    for one in events:
        yield one
        if one.kind == "message":
            return


def _held_back(events: Iterator[bytes]) -> Iterator[bytes]:
    yield from list(events)


def _piece_by_piece(request: Asked, answer: ProxyResponse, _send: SendOwn) -> ProxyResponse:
    """A stream in place of the JSON that was asked for."""
    meant = answer.status == 200 and not answer.is_stream and names("createRun", request)
    if not meant or not isinstance(answer.json, dict):
        return answer
    data = json.dumps({"status": "completed", "send_id": 1, "event_type": "run_end"})
    block = f"event: status\ndata: {data}\n\n".encode()
    headers = {**answer.headers, "content-type": "text/event-stream; charset=utf-8"}
    return replace(answer, headers=headers, body=block)


MUTANTS = (
    # ── Order ───────────────────────────────────────────────────────────────────────────────────
    Mutant(
        "begins-late",
        "event out of order",
        "`run_begin` comes first.",
        _swapped("run_begin"),
    ),
    Mutant(
        "piece-before-its-message",
        "event out of order",
        "A message is announced before its pieces.",
        _swapped("message_creation"),
    ),
    Mutant(
        "ends-early",
        "event out of order",
        "A step ends before its run does.",
        _swapped("tool_step_end"),
    ),
    Mutant(
        "output-before-it-is-asked-for",
        "event out of order",
        "An output is submitted after it was asked for.",
        stream(
            lambda events: (
                replace(
                    one,
                    data=put(
                        "event_type",
                        lambda kind: {
                            "tool_calls": "tool_submitted_output",
                            "tool_submitted_output": "tool_calls",
                        }.get(kind, kind),
                    )(one.data),
                )
                for one in events
            )
        ),
    ),
    # ── Counting ────────────────────────────────────────────────────────────────────────────────
    Mutant("counts-from-zero", "count wrong", "`send_id` counts from 1.", _numbered(0, 1)),
    Mutant("counts-by-two", "count wrong", "`send_id` has no gaps.", _numbered(1, 2)),
    Mutant("counts-not", "count wrong", "`send_id` counts up.", _numbered(1, 0)),
    # ── Twice ───────────────────────────────────────────────────────────────────────────────────
    Mutant(
        "event-twice",
        "event twice",
        "No event comes twice.",
        stream(lambda events: (again for one in events for again in (one, one))),
    ),
    Mutant("begins-twice", "event twice", "A run begins once.", _twice("run_begin")),
    Mutant("step-begins-twice", "event twice", "A step begins once.", _twice("tool_step_begin")),
    Mutant("ends-twice", "event twice", "There is one final event.", _twice("run_end")),
    # ── Ends and pairs ──────────────────────────────────────────────────────────────────────────
    Mutant("end-gone", "final event gone", "A stream ends with `run_end`.", _without("run_end")),
    Mutant(
        "stream-cut",
        "final event gone",
        "A stream continues to its end.",
        stream(_to_the_first_piece),
    ),
    Mutant(
        "piece-after-the-end",
        "final event gone",
        "Nothing comes after the final event.",
        stream(lambda events: counted(_again_at_the_end(events))),
    ),
    Mutant(
        "ping-after-the-end",
        "final event gone",
        "Not even a ping comes after the final event.",
        raw_stream(_ping_at_the_end),
    ),
    Mutant("begin-gone", "pair broken", "A stream begins with `run_begin`.", _without("run_begin")),
    Mutant(
        "step-begin-gone",
        "pair broken",
        "A step that ends has begun.",
        _without("tool_step_begin"),
    ),
    Mutant("step-end-gone", "pair broken", "A step that began ends.", _without("tool_step_end")),
    Mutant(
        "message-creation-gone",
        "pair broken",
        "A message with pieces was announced.",
        _without("message_creation"),
    ),
    Mutant(
        "submitted-gone",
        "pair broken",
        "A stream that waited has an event for the output.",
        _without("tool_submitted_output"),
    ),
    Mutant(
        "cancelling-gone",
        "pair broken",
        "A run that is cancelled says so before it ends.",
        _without("run_cancelling"),
    ),
    # ── Stream or not ───────────────────────────────────────────────────────────────────────────
    Mutant(
        "json-for-a-stream",
        "stream for JSON, or the reverse",
        "A stream that is asked for is a stream.",
        request("createRun", put("stream", False)),
    ),
    Mutant(
        "stream-for-json",
        "stream for JSON, or the reverse",
        "Without `stream` the answer is JSON.",
        Change(on_response=_piece_by_piece),
    ),
    Mutant(
        "stream-held-back",
        "stream for JSON, or the reverse",
        "Events are sent when they happen, not at the end.",
        raw_stream(_held_back),
    ),
)
