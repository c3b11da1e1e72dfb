"""Streams that do not keep their grammar, and runs told in the wrong way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from contract_tests.proxy import Answer, Change
from contract_tests.proxy import Request as Asked
from contract_tests.proxy import Send as SendOwn

from .changes import (
    GONE,
    Event,
    counted,
    event,
    names,
    put,
    raw_stream,
    request,
    stream,
    with_json,
)
from .mutant import Mutant

Events = Iterator[Event]


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
    """Let this kind and whatever comes next change places."""

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


def _one_piece_lost(events: Events) -> Events:
    """All pieces but the second."""
    pieces = 0
    for one in events:
        pieces += one.kind == "message"
        if one.kind != "message" or pieces != 2:
            yield one


def _one_piece_empty(events: Events) -> Events:
    pieces = 0
    for one in events:
        pieces += one.kind == "message"
        if one.kind == "message" and pieces == 2:
            one = replace(one, data=put("content/*/text/value", "")(one.data))
        yield one


def _whole_text_repeated(events: Events) -> Events:
    """The last piece holds the whole text, as if pieces were not to be joined."""
    told = ""
    for one in events:
        if one.kind == "message":
            told += "".join(part["text"]["value"] for part in one.data["content"])
            if one.data["is_end"]:
                one = replace(one, data=put("content/*/text/value", told)(one.data))
        yield one


def _held_back(events: Iterator[bytes]) -> Iterator[bytes]:
    yield from list(events)


def _first_changed(old: bytes, new: bytes) -> Change:
    def change(events: Iterator[bytes]) -> Iterator[bytes]:
        for index, one in enumerate(events):
            yield one if index else one.replace(old, new, 1)

    return raw_stream(change)


def _piece_by_piece(request: Asked, answer: Answer, _send: SendOwn) -> Answer:
    """A stream in place of the JSON that was asked for."""
    meant = answer.status == 200 and not answer.is_stream and names("createRun", request)
    if not meant or not isinstance(answer.json, dict):
        return answer
    data = json.dumps({"status": "completed", "send_id": 1, "event_type": "run_end"})
    told = f"event: status\ndata: {data}\n\n".encode()
    headers = {**answer.headers, "content-type": "text/event-stream; charset=utf-8"}
    return replace(answer, headers=headers, body=told)


def _error_in_place(request: Asked, answer: Answer, _send: SendOwn) -> Answer:
    """A run without a message in the answer to a call that went well."""
    if answer.status != 200 or answer.is_stream or not names("createRun", request):
        return answer
    return with_json(answer, {**answer.json, "final_answer": None})


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
        "A message is announced before it is told.",
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
    # ── Not JSON, not an event ──────────────────────────────────────────────────────────────────
    Mutant(
        "data-not-json",
        "event data not JSON",
        "The data of an event is JSON.",
        _first_changed(b"data: {", b"data: "),
    ),
    Mutant(
        "data-a-list",
        "event data not JSON",
        "The data of an event is an object.",
        stream(lambda events: (replace(one, data=[one.data]) for one in events)),
    ),
    Mutant(
        "data-gone",
        "event data not JSON",
        "An event has data.",
        raw_stream(
            lambda events: (one.partition(b"data:")[0] + b"data\n\n" for one in events),
        ),
    ),
    Mutant(
        "event-unknown",
        "wrong enum",
        "An event is a status, a message or a ping.",
        _first_changed(b"event: status", b"event: state"),
    ),
    Mutant(
        "event-type-unknown",
        "wrong enum",
        "What ends a run is called `run_end`.",
        event("run_end", put("event_type", "run_done")),
    ),
    # ── Fields ──────────────────────────────────────────────────────────────────────────────────
    Mutant(
        "send-id-gone",
        "field of an event gone",
        "Every event is numbered.",
        event("message", put("send_id", GONE)),
    ),
    Mutant(
        "event-type-gone",
        "field of an event gone",
        "A status event says what happened.",
        event("message_creation", put("event_type", GONE)),
    ),
    Mutant(
        "event-status-gone",
        "field of an event gone",
        "A status event says where the run stands.",
        event("run_end", put("status", GONE)),
    ),
    Mutant(
        "message-id-gone",
        "field of an event gone",
        "A piece says which message it belongs to.",
        event("message", put("message_id", GONE)),
    ),
    Mutant(
        "run-object-gone",
        "field of an event gone",
        "`run_begin` has the run.",
        event("run_begin", put("details", None)),
    ),
    Mutant(
        "step-object-gone",
        "field of an event gone",
        "`tool_step_end` has the step.",
        event("tool_step_end", put("details/run_step_object", GONE)),
    ),
    Mutant(
        "calls-gone",
        "field of an event gone",
        "`tool_calls` has the calls to answer.",
        event("tool_calls", put("details/tool_calls", [])),
    ),
    Mutant(
        "is-end-gone",
        "field of an event gone",
        "The last piece of a message says so.",
        event("message", put("is_end", GONE)),
    ),
    Mutant(
        "event-number-as-text",
        "wrong type",
        "`send_id` is a number.",
        event("status", put("send_id", str)),
    ),
    Mutant(
        "piece-as-number",
        "wrong type",
        "The text of a piece is a text.",
        event("message", put("content/*/text/value", 1)),
    ),
    # ── Ends and pairs ──────────────────────────────────────────────────────────────────────────
    Mutant("end-gone", "final event gone", "A stream ends with `run_end`.", _without("run_end")),
    Mutant(
        "stream-cut",
        "final event gone",
        "A stream goes on to its end.",
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
        "A message that is told was announced.",
        _without("message_creation"),
    ),
    Mutant(
        "submitted-gone",
        "pair broken",
        "A stream that waited tells that the output came.",
        _without("tool_submitted_output"),
    ),
    Mutant(
        "cancelling-gone",
        "pair broken",
        "A run that is cancelled says so before it ends.",
        _without("run_cancelling"),
    ),
    # ── Texts ───────────────────────────────────────────────────────────────────────────────────
    Mutant(
        "piece-lost",
        "text lost",
        "The pieces joined are the message.",
        stream(lambda events: counted(_one_piece_lost(events))),
    ),
    Mutant(
        "piece-empty",
        "text lost",
        "Every piece holds its part of the text.",
        stream(_one_piece_empty),
    ),
    Mutant(
        "whole-text-repeated",
        "text lost",
        "Pieces are joined: none repeats what was told.",
        stream(_whole_text_repeated),
    ),
    Mutant(
        "piece-of-another-message",
        "id swapped",
        "A piece belongs to the message that was announced.",
        event("message", put("message_id", "chatmsg_0")),
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
        Change(answered=_piece_by_piece),
    ),
    Mutant(
        "stream-held-back",
        "stream for JSON, or the reverse",
        "Events are told when they happen, not when all is over.",
        raw_stream(_held_back),
    ),
    Mutant(
        "answer-not-told",
        "text lost",
        "A run that completed has its answer.",
        Change(answered=_error_in_place),
    ),
    # ── Statuses ────────────────────────────────────────────────────────────────────────────────
    Mutant(
        "ends-in-progress",
        "status astray",
        "A stream ends with the run's end.",
        event("run_end", put("details/run_object/status", "in_progress")),
    ),
    Mutant(
        "begins-completed",
        "status astray",
        "A run is not completed when it begins.",
        event("run_begin", put("details/run_object/status", "completed")),
    ),
    Mutant(
        "step-ends-in-progress",
        "status astray",
        "A step that ended is not in progress.",
        event("tool_step_end", put("details/run_step_object/status", "in_progress")),
    ),
    Mutant(
        "event-status-other",
        "status astray",
        "The status of an event is the status of the run that it holds.",
        event("run_end", put("status", "failed")),
    ),
    Mutant(
        "final-run-other",
        "stale query",
        "The final run of a stream is the run that a query answers.",
        event("run_end", put("details/run_object/model", "another")),
    ),
)
