"""The events of a stream as the edits of a scenario change them."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from appbuilder_mock.scenarios import EventEdit, InsertedEvent
from appbuilder_mock.scenarios.outcomes import filled
from appbuilder_mock.storage.clock import now
from appbuilder_mock.storage.store import Document
from appbuilder_mock.wire_format.events import Event


class StreamEdits:
    """Applies a run's edits to its events, one after the other."""

    def __init__(self, stored: list[Document], run: Document) -> None:
        self._edits = [_edit_of(one) for one in stored]
        self._number = 0
        self._ids = {
            "run_id": run["id"],
            "thread_id": run["thread_id"],
            "assistant_id": run["assistant_id"],
            "message_id": "",
        }
        self._calls: list[str] = []

    def applied(self, event: Event) -> Iterator[Event]:
        """The events to send for one event of the run; none when it is dropped."""
        self._number += 1
        self._note_ids(event.data)
        edits = [edit for edit in self._edits if edit.covers(self._number)]
        yield from self._inserted(self._number)
        data = copy.deepcopy(event.data) if edits else event.data
        for edit in edits:
            for path, value in (edit.set or {}).items():
                _set(data, path, self._filled(value))
            for path in edit.unset or ():
                _unset(data, path)
        if not any(edit.drop for edit in edits):
            yield Event(event.name, data, event.last)
        if event.last:
            yield from self._inserted(self._number + 1)

    def _inserted(self, number: int) -> Iterator[Event]:
        for edit in self._edits:
            if edit.event == number:
                for one in edit.insert or ():
                    yield Event(one.event, self._filled(one.data))

    def _note_ids(self, data: Document) -> None:
        details = data.get("details") or {}
        if created := details.get("message_creation"):
            self._ids["message_id"] = created["message_id"]
        for call in details.get("tool_calls") or ():
            if call["id"] not in self._calls:
                self._calls.append(call["id"])
                self._ids[f"call_{len(self._calls)}"] = call["id"]

    def _filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._filled(part) for key, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._filled(part) for part in value]
        if value == "{now}":
            return now()
        return filled(value, _Ids(self._ids)) if isinstance(value, str) else value


class _Ids(dict[str, str]):
    """Ids by placeholder; an unknown id is empty."""

    def __missing__(self, name: str) -> str:
        return str(now()) if name == "now" else ""


def _edit_of(stored: Document) -> EventEdit:
    inserted = [InsertedEvent(**one) for one in stored.get("insert", ())]
    return EventEdit(**{**stored, "insert": inserted or None})


def _set(data: Document, path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for name in parents:
        if not isinstance(data.get(name), dict):
            data[name] = {}
        data = data[name]
    data[last] = value


def _unset(data: Document, path: str) -> None:
    *parents, last = path.split(".")
    for name in parents:
        if not isinstance(data.get(name), dict):
            return
        data = data[name]
    data.pop(last, None)
