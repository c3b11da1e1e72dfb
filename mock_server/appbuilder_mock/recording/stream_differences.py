"""The edits that turn the mock server's events for a rule into those that were recorded."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from appbuilder_mock.recording.exchange import SentEvent
from appbuilder_mock.recording.run_record import RunRecord, braces
from appbuilder_mock.resources.conversation import new_assistant
from appbuilder_mock.resources.records import waiting_calls
from appbuilder_mock.runs.engine import Runs
from appbuilder_mock.scenarios import Rule
from appbuilder_mock.storage.store import Store
from appbuilder_mock.wire_format.events import Event

Document = dict[str, Any]
PATIENCE = 30.0  # seconds for the engine, which waits for nothing here
MOST_COMPARED = 1_000_000  # pairs of events
END_MESSAGE = re.compile(r"run end\. duration:\d+s logId:\d+")  # a time and an id


async def edits_for(record: RunRecord, rule: Rule, assistant: Document) -> list[Document]:
    """The edits, as a scenario has them; none where the mock server sends the same anyway."""
    recorded = record.first.events
    played = await asyncio.wait_for(_played(record, rule, assistant), PATIENCE)
    played_ids, recorded_ids = _ids(played), _ids(recorded)
    played_data = [_normalised(one.data, played_ids) for one in played]
    recorded_data = [_normalised(one.data or {}, recorded_ids) for one in recorded]
    kinds = [f"{one.name} {one.data.get('event_type', '')}" for one in played]
    # An event that replaces a broken one counts as the same: a fault replays it.
    seen = [
        kinds[number] if one.data is None and number < len(kinds) else one.kind
        for number, one in enumerate(recorded)
    ]
    is_whole = record.first.broken is None
    edits: list[Document] = []
    for is_same, start, end, first, last in _aligned(kinds, seen):
        if is_same:
            for number in range(end - start):
                if recorded[first + number].data is not None:
                    own, other = played_data[start + number], recorded_data[first + number]
                    if changes := _changes(own, other):
                        edits.append({"event": start + number + 1, **changes})
            continue
        if last > first:
            inserted = [
                {"event": recorded[number].name, "data": recorded_data[number]}
                for number in range(first, last)
            ]
            edits.append({"event": start + 1, "insert": inserted})
        if end < len(kinds) or is_whole:  # else it was still missing when the stream broke off
            edits += [{"event": number + 1, "drop": True} for number in range(start, end)]
    return _joined(edits)


def _aligned(own: list[str], other: list[str]) -> Iterator[tuple[bool, int, int, int, int]]:
    """Sequences of both that are the same, or that replace each other.

    Raises ValueError where too much differs: comparing it takes the square of its length.
    """
    shorter = min(len(own), len(other))
    head = next((n for n in range(shorter) if own[n] != other[n]), shorter)
    rest = shorter - head
    tail = next((n for n in range(rest) if own[-n - 1] != other[-n - 1]), rest)
    own_end, other_end = len(own) - tail, len(other) - tail
    if (own_end - head) * (other_end - head) > MOST_COMPARED:
        raise ValueError("too many events differ")
    yield True, 0, head, 0, head
    matcher = SequenceMatcher(None, own[head:own_end], other[head:other_end], autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        yield tag == "equal", start + head, end + head, first + head, last + head
    yield True, own_end, len(own), other_end, len(other)


async def _played(record: RunRecord, rule: Rule, assistant: Document) -> list[Event]:
    """The events of a run of this rule, with the outputs that were recorded."""
    store = Store()
    runs = Runs(store, speed=0)
    try:
        made = new_assistant(store, assistant)
        question = {"messages": [{"role": "user", "content": record.text or ""}]}
        body = {**record.first.body, "assistant_id": made["id"], "thread": question}
        run = runs.begin({**body, "thread_id": "", "stream": True}, rule)
        queue = runs.event_bus.subscribe(run["id"])
        runs.schedule(run)
        events: list[Event] = []
        rounds = list(record.rounds)
        while not (events and events[-1].last):
            event = await queue.get()
            assert isinstance(event, Event)
            events.append(event)
            if event.data.get("event_type") == "tool_calls":
                run = await runs.settled(run)
                outputs = list(rounds.pop(0).outputs.values()) if rounds else []
                waiting = waiting_calls(run)
                if len(outputs) == len(waiting):
                    submitted = [
                        {"tool_call_id": call["id"], "output": output}
                        for call, output in zip(waiting, outputs, strict=True)
                    ]
                    place = {"thread_id": run["thread_id"], "run_id": run["id"]}
                    runs.schedule(runs.submit({**place, "tool_outputs": submitted}))
                elif record.status == "cancelled":
                    runs.cancel(run["thread_id"], run["id"])
                else:
                    break
        return events
    finally:
        runs.abandon_all()
        store.close()


def _ids(events: list[Event] | list[SentEvent]) -> dict[str, str]:
    """The ids that the events name, each with its placeholder."""
    ids: dict[str, str] = {}
    calls = 0

    def note(value: Any, name: str) -> None:
        if isinstance(value, str) and value:
            ids.setdefault(value, name)

    for event in events:
        data: Document = event.data or {}
        details = data.get("details") or {}
        run = details.get("run_object") or {}
        note(run.get("id"), "run_id")
        step = details.get("run_step_object") or {}
        for one in (run, step):
            note(one.get("thread_id"), "thread_id")
            note(one.get("assistant_id"), "assistant_id")
        note(step.get("run_id"), "run_id")
        note((details.get("message_creation") or {}).get("message_id"), "message_id")
        note(data.get("message_id"), "message_id")
        for call in details.get("tool_calls") or ():
            if isinstance(call, dict) and call.get("id") not in ids:
                calls += 1
                note(call.get("id"), f"call_{calls}")
    return ids


def _normalised(value: Any, ids: dict[str, str]) -> Any:
    """A value with placeholders for ids and times, so that two runs can be compared."""
    if isinstance(value, dict):
        return {
            key: "{now}" if _is_time(key, part) else _normalised(part, ids)
            for key, part in value.items()
            if key != "send_id"
        }
    if isinstance(value, list):
        return [_normalised(part, ids) for part in value]
    if not isinstance(value, str):
        return value
    text = END_MESSAGE.sub("run end. duration:0s logId:0", braces(value))
    for known in sorted(ids, key=len, reverse=True):
        text = text.replace(braces(known), f"{{{ids[known]}}}")
    return text


def _is_time(key: str, value: Any) -> bool:
    return key.endswith("_at") and isinstance(value, int) and value > 0


def _changes(own: Document, other: Document) -> Document:
    """The `set` and `unset` that turn one event's data into the other's."""
    to_set: Document = {}
    to_unset: list[str] = []
    _compare(own, other, "", to_set, to_unset)
    return {name: value for name, value in (("set", to_set), ("unset", to_unset)) if value}


def _compare(
    own: Document, other: Document, path: str, to_set: Document, to_unset: list[str]
) -> None:
    if any("." in key for key in (*own, *other)) and path:
        if own != other:
            to_set[path.removesuffix(".")] = other
        return
    for key, value in other.items():
        if key not in own:
            to_set[path + key] = value
        elif isinstance(value, dict) and isinstance(own[key], dict) and value:
            _compare(own[key], value, f"{path}{key}.", to_set, to_unset)
        elif value != own[key] or isinstance(value, bool) != isinstance(own[key], bool):
            to_set[path + key] = value
    to_unset += [path + key for key in own if key not in other]


def _joined(edits: list[Document]) -> list[Document]:
    """The edits, with equal ones of neighbouring events joined."""
    joined: list[Document] = []
    for edit in edits:
        last = joined[-1] if joined else {}
        same = {key: value for key, value in last.items() if key not in ("event", "through")}
        change = {key: value for key, value in edit.items() if key != "event"}
        is_next = bool(last) and last.get("through", last["event"]) == edit["event"] - 1
        if is_next and same == change and "insert" not in edit:
            last["through"] = edit["event"]
        else:
            joined.append(edit)
    return joined
