"""The event stream of a run: reading it, and the grammar that no schema can say."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

END_OF_EVENT = re.compile(rb"\r\n\r\n|\n\n|\r\r")
END_OF_LINE = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Event:
    """One event; `kind` is the event type of a status event, or else the event's name."""

    name: str
    payload: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.payload["event_type"]) if self.name == "status" else self.name

    @property
    def details(self) -> dict[str, Any]:
        return self.payload.get("details") or {}


def events(chunks: Iterable[bytes]) -> Iterator[Event]:
    """Each event when its last byte arrives.

    Raises ValueError for an unfinished last event or data that is not a JSON object.
    """
    buffer = b""
    for chunk in chunks:
        buffer += chunk
        *blocks, buffer = END_OF_EVENT.split(buffer)
        for block in blocks:
            yield _event(block.decode("utf-8"))
    if buffer:
        raise ValueError(f"the stream ends inside an event: {buffer[-200:]!r}")


def _event(block: str) -> Event:
    name, data = "message", []
    for line in END_OF_LINE.split(block):
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)
    payload = json.loads("\n".join(data))
    if not isinstance(payload, dict):
        raise ValueError(f"the data of an event {name!r} is not an object: {data}")
    return Event(name, payload)


def texts(told: Iterable[Event]) -> dict[str, str]:
    """The text of each message: its pieces, joined."""
    joined: dict[str, str] = {}
    for event in told:
        if event.name == "message":
            parts = event.payload["content"] or []
            text = "".join(part["text"]["value"] for part in parts)
            message_id = event.payload["message_id"]
            joined[message_id] = joined.get(message_id, "") + text
    return joined


def violations(stream: Iterable[Event]) -> list[str]:
    """What is wrong with a whole stream, in words; empty when it keeps the grammar."""
    told = [event for event in stream if event.name != "ping"]
    kinds = [event.kind for event in told]
    return [
        *_counting(told),
        *_ends(kinds),
        *_steps(told),
        *_messages(told),
        *_waiting(kinds),
        *_same_run(told),
    ]


def _counting(told: list[Event]) -> Iterator[str]:
    sent = [event.payload["send_id"] for event in told]
    if sent != list(range(1, len(sent) + 1)):
        yield f"send_id does not count 1, 2, 3, …: {sent}"


def _ends(kinds: list[str]) -> Iterator[str]:
    if not kinds or kinds[0] != "run_begin" or kinds.count("run_begin") != 1:
        yield f"expected one run_begin, at the start, got {kinds}"
    if not kinds or kinds[-1] != "run_end" or kinds.count("run_end") != 1:
        yield f"expected one run_end, and nothing after it, got {kinds}"


def _steps(told: list[Event]) -> Iterator[str]:
    """Steps begin and end in turn, numbered from 1, and everything else happens in one."""
    open_step: str | None = None
    begun = 0
    for event in told:
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


def _messages(told: list[Event]) -> Iterator[str]:
    """A message is announced, then told in pieces, of which the last one says so.

    A run that ends badly may stop in the middle of it.
    """
    announced: str | None = None
    for event in told:
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
            yield f"the run completes before {announced} was told to its end"


def _waiting(kinds: list[str]) -> Iterator[str]:
    """After tool_calls comes the output, or the end of the waiting."""
    allowed = ("tool_submitted_output", "run_cancelling", "run_end")
    for kind, following in itertools.pairwise(kinds):
        if kind == "tool_calls" and following not in allowed:
            yield f"{following} while the run waits for tool outputs"
        if following == "tool_submitted_output" and kind != "tool_calls":
            yield f"tool_submitted_output after {kind}: nothing was asked for"


def _same_run(told: list[Event]) -> Iterator[str]:
    runs = [event.details["run_object"] for event in told if event.details.get("run_object")]
    if len({(run["id"], run["thread_id"], run["assistant_id"]) for run in runs}) > 1:
        yield "the events speak of more than one run"
