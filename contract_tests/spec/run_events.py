"""The event stream of a run: a parser, and the grammar beyond the schema."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

END_OF_LINE = re.compile(rb"\r\n|\n|\r")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

ENDS = ("completed", "failed", "cancelled", "expired")
# The permitted status at each kind of event, if it is not that of the event's object.
STATUSES = {
    "run_begin": ("queued",),
    "tool_step_begin": ("in_progress",),
    "message_creation": ("in_progress",),
    "message": ("in_progress", ""),
    "tool_calls": ("requires_action",),
    "tool_submitted_output": ("in_progress",),
    "tool_step_end": ENDS,
    "run_cancelling": ("cancelling",),
    "run_end": ENDS,
}
# The part of an event's details that goes with its kind.
DETAILS = {
    "run_begin": "run_object",
    "run_cancelling": "run_object",
    "run_end": "run_object",
    "tool_step_begin": "run_step_object",
    "tool_step_end": "run_step_object",
    "message_creation": "message_creation",
    "tool_calls": "tool_calls",
    "tool_submitted_output": "tool_calls",
}


@dataclass(frozen=True)
class RunEvent:
    """One event; `kind` is the event type of a status event, or else the event's name."""

    name: str
    payload: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.payload.get("event_type")) if self.name == "status" else self.name

    @property
    def details(self) -> dict[str, Any]:
        details = self.payload.get("details")
        return details if isinstance(details, dict) else {}


def events(chunks: Iterable[bytes]) -> Iterator[RunEvent]:
    """Each event when the blank line behind it arrives, read as the HTML standard says.

    Comments, ids, times to reconnect, unknown fields and blocks without data are no events. Raises
    ValueError for an unfinished last event or data that is not a JSON object.
    """
    name, data = "", list[str]()
    for line in _lines(chunks):
        if line:
            field, _, value = line.decode("utf-8").partition(":")
            value = value.removeprefix(" ")
            if field == "event":
                name = value
            elif field == "data":
                data.append(value)
            continue
        if data:
            yield _event(name or "message", "\n".join(data))
        name, data = "", []
    if data:
        raise ValueError(f"the stream ends inside an event: {data[-1][-200:]!r}")


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Each line when its end arrives, however the chunks are cut; an unfinished last one, too."""
    buffer, after_return, is_first = b"", False, True
    for chunk in chunks:
        if after_return and chunk:  # a line feed here belongs to the line that has ended
            chunk, after_return = chunk.removeprefix(b"\n"), False
        if not chunk:
            continue
        after_return = chunk.endswith(b"\r")
        *lines, buffer = END_OF_LINE.split(buffer + chunk)
        for line in lines:
            yield line.removeprefix(BYTE_ORDER_MARK) if is_first else line
            is_first = False
    if buffer:
        yield buffer.removeprefix(BYTE_ORDER_MARK) if is_first else buffer


def _event(name: str, data: str) -> RunEvent:
    payload = json.loads(data)
    if not isinstance(payload, dict):
        raise ValueError(f"the data of an event {name!r} is not an object: {data}")
    return RunEvent(name, payload)


def texts(events: Iterable[RunEvent]) -> dict[str, str]:
    """The text of each message: its pieces, joined."""
    joined: dict[str, str] = {}
    for event in events:
        if event.name == "message":
            parts = event.payload["content"] or []
            text = "".join(part["text"]["value"] for part in parts)
            message_id = event.payload["message_id"]
            joined[message_id] = joined.get(message_id, "") + text
    return joined


def violations(stream: Iterable[RunEvent]) -> list[str]:
    """The problems of a whole stream, in words; empty if it keeps the grammar."""
    every = list(stream)
    events = [event for event in every if event.name != "ping"]
    kinds = [event.kind for event in events]
    return [
        *_counting(events),
        *_ends(kinds, pinged_last=bool(every) and every[-1].name == "ping"),
        *_details(events),
        *_steps(events),
        *_messages(events),
        *_waiting(kinds),
        *_answered_calls(events),
        *_same_run(events),
        *_statuses(events),
    ]


def _counting(events: list[RunEvent]) -> Iterator[str]:
    sent = [event.payload["send_id"] for event in events]
    if sent != list(range(1, len(sent) + 1)):
        yield f"send_id does not count 1, 2, 3, …: {sent}"


def _ends(kinds: list[str], *, pinged_last: bool) -> Iterator[str]:
    if not kinds or kinds[0] != "run_begin" or kinds.count("run_begin") != 1:
        yield f"expected one run_begin, at the start, got {kinds}"
    if not kinds or kinds[-1] != "run_end" or kinds.count("run_end") != 1:
        yield f"expected one run_end, and nothing after it, got {kinds}"
    elif pinged_last:
        yield "a ping after run_end"


def _details(events: list[RunEvent]) -> Iterator[str]:
    """The object of each kind of event is there, whole or not at all."""
    for event in events:
        named = DETAILS.get(event.kind)
        if named and not event.details.get(named):
            yield f"{event.kind} without its {named}"
        said = event.details.get("type")
        if isinstance(said, str) and said in DETAILS.values() and not event.details.get(said):
            yield f"{event.kind} with details of the type {said}, and without its {said}"


def _steps(events: list[RunEvent]) -> Iterator[str]:
    """Steps do not overlap, are numbered from 1, and contain every other event."""
    open_step: str | None = None
    begun = 0
    for event in events:
        step = (event.details.get("run_step_object") or {}).get("id")
        if event.kind == "tool_step_begin":
            begun += 1
            if open_step is not None:
                yield f"{step} begins before {open_step} ended"
            if step != f"step-{begun}":
                yield f"expected step-{begun} to begin, got {step}"
            open_step = step
        elif event.kind == "tool_step_end":
            if step != open_step:
                yield f"{step} ends while {open_step or 'no step'} is open"
            open_step = None
        elif event.kind in ("message_creation", "message", "tool_calls", "tool_submitted_output"):
            if open_step is None:
                yield f"{event.kind} outside of a step"
        elif event.kind == "run_end" and open_step and event.payload["status"] == "completed":
            yield f"the run completes before {open_step} ended"


def _messages(events: list[RunEvent]) -> Iterator[str]:
    """A message begins with an event, then comes in pieces; the last piece is marked.

    A run that ends badly may stop in the middle of it.
    """
    announced: str | None = None
    for event in events:
        if event.kind == "message_creation":
            if announced is not None:
                yield f"a message is announced before {announced} was told"
            announced = event.details["message_creation"]["message_id"]
        elif event.name == "message":
            message_id = event.payload["message_id"]
            if message_id != announced:
                yield f"a piece of {message_id} while {announced or 'no message'} is told"
            if event.payload.get("is_end"):
                announced = None
        elif event.kind == "run_end" and announced and event.payload["status"] == "completed":
            yield f"the run completes before the end of {announced}"


def _waiting(kinds: list[str]) -> Iterator[str]:
    """After tool_calls comes the output, or the end of the run's waiting."""
    allowed = ("tool_submitted_output", "run_cancelling", "run_end")
    for kind, following in itertools.pairwise(kinds):
        if kind == "tool_calls" and following not in allowed:
            yield f"{following} while the run waits for tool outputs"
        if following == "tool_submitted_output" and kind != "tool_calls":
            yield f"tool_submitted_output after {kind}: nothing was asked for"


def _answered_calls(events: list[RunEvent]) -> Iterator[str]:
    """The outputs that came are those of the calls that were asked for last."""
    asked: set[Any] = set()
    for event in events:
        calls = {call["id"] for call in event.details.get("tool_calls") or ()}
        if event.kind == "tool_calls":
            asked = calls
        elif event.kind == "tool_submitted_output" and calls - asked:
            yield f"outputs of {sorted(calls)} came, asked for were those of {sorted(asked)}"


def _same_run(events: list[RunEvent]) -> Iterator[str]:
    runs = [event.details["run_object"] for event in events if event.details.get("run_object")]
    steps = [
        event.details["run_step_object"] for event in events if event.details.get("run_step_object")
    ]
    if len({(run["id"], run["thread_id"], run["assistant_id"]) for run in runs}) > 1:
        yield "the events speak of more than one run"
    elif runs and {(step["run_id"], step["thread_id"]) for step in steps} - {
        (runs[0]["id"], runs[0]["thread_id"])
    }:
        yield "the events speak of another run's steps"


def _statuses(events: list[RunEvent]) -> Iterator[str]:
    """The status of an event fits its kind, and equals the status of its object."""
    for event in events:
        thing = event.details.get("run_object") or event.details.get("run_step_object") or {}
        status = event.payload.get("status", "")
        if thing and thing["status"] != status:
            yield f"{event.kind} with status {status} speaks of something {thing['status']}"
        allowed = STATUSES.get(event.kind, (status,))
        if status not in allowed:
            expected = " or ".join(filter(None, allowed))
            yield f"{event.kind} with status {status}, expected {expected}"
