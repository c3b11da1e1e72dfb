"""Events that do not hold what they should: data, fields, texts, statuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from contract_tests.mutants.changes import (
    GONE,
    ProxiedEvent,
    counted,
    event,
    put,
    raw_stream,
    stream,
)
from contract_tests.mutants.mutant import Mutant
from contract_tests.mutants.proxy import Change

Events = Iterator[ProxiedEvent]


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
    text = ""
    for one in events:
        if one.kind == "message":
            text += "".join(part["text"]["value"] for part in one.data["content"])
            if one.data["is_end"]:
                one = replace(one, data=put("content/*/text/value", text)(one.data))
        yield one


def _first_changed(old: bytes, new: bytes) -> Change:
    def change(events: Iterator[bytes]) -> Iterator[bytes]:
        for index, one in enumerate(events):
            yield one if index else one.replace(old, new, 1)

    return raw_stream(change)


MUTANTS = (
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
        "The event that ends a run is `run_end`.",
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
        "Pieces are joined: none repeats an earlier one.",
        stream(_whole_text_repeated),
    ),
    Mutant(
        "piece-of-another-message",
        "id swapped",
        "A piece belongs to the message that was announced.",
        event("message", put("message_id", "chatmsg_" + "0" * 32)),
    ),
    Mutant(
        "details-of-another-type",
        "field of an event gone",
        "The type of the details says which of them is there.",
        event("status", put("details/type", "tool_calls")),
        caught_by="stream_keeps_its_grammar",
    ),
    Mutant(
        "output-of-another-call",
        "id swapped",
        "The output that came is the one that was asked for.",
        event("tool_submitted_output", put("details/tool_calls/*/id", "call-other")),
        caught_by="stream_keeps_its_grammar",
    ),
    # ── Statuses ────────────────────────────────────────────────────────────────────────────────
    Mutant(
        "waits-completed",
        "status astray",
        "While outputs are waited for, the status is `requires_action`.",
        event("tool_calls", put("status", "completed")),
        caught_by="stream_keeps_its_grammar",
    ),
    Mutant(
        "begins-in-progress",
        "status astray",
        "A run is queued when it begins.",
        event(
            "run_begin",
            lambda event: put("status", "in_progress")(
                put("details/run_object/status", "in_progress")(event)
            ),
        ),
        caught_by="stream_keeps_its_grammar",
    ),
    Mutant(
        "message-announced-as-failed",
        "status astray",
        "A run is in progress when a message begins.",
        event("message_creation", put("status", "failed")),
        caught_by="stream_keeps_its_grammar",
    ),
    Mutant(
        "piece-reported-as-failed",
        "status astray",
        "A run is in progress while its message is sent.",
        event("message", put("status", "failed")),
        caught_by="stream_keeps_its_grammar",
    ),
    Mutant(
        "output-leaves-it-queued",
        "status astray",
        "A run is in progress when its outputs have come.",
        event("tool_submitted_output", put("status", "queued")),
        caught_by="stream_keeps_its_grammar",
    ),
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
