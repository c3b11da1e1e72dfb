"""Changes to the events of a run's stream that no other word of a scenario can express."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from appbuilder_mock.scenarios import checks
from appbuilder_mock.scenarios.checks import ScenarioError, settle
from appbuilder_mock.scenarios.outcomes import BRACES

IDS = ("run_id", "thread_id", "assistant_id", "message_id")
PLACEHOLDER = re.compile(rf"{'|'.join(IDS)}|now|call_[1-9][0-9]*")


@dataclass(frozen=True)
class InsertedEvent:
    """An event that the run itself does not have: its name, and its data but for the `send_id`."""

    event: str
    data: Mapping[str, Any] = field(hash=False)

    def __post_init__(self) -> None:
        checks.header(self.event, "event")
        settle(self, data=_data(self.data, "data"))


@dataclass(frozen=True)
class EventEdit:
    """A change at the event of this number, counted from 1 as the run itself has its events.

    `through` extends it to the events up to that number. `set` gives fields of the data other
    values, `unset` takes fields away; both name a field by its path, such as
    `details.run_object.model`. `drop` leaves the event out. `insert` sends other events before it.
    Texts may name `{run_id}`, `{thread_id}`, `{assistant_id}`, `{message_id}`, `{call_1}` (the id
    of the run's first tool call) and, as a whole value, `{now}`.
    """

    event: int
    through: int | None = None
    set: Mapping[str, Any] | None = field(default=None, hash=False)
    unset: Sequence[str] | None = None
    drop: bool | None = None
    insert: Sequence[InsertedEvent] | None = None

    def __post_init__(self) -> None:
        settle(self, event=checks.integer(self.event, "event", least=1))
        if self.through is not None:
            through = checks.integer(self.through, "through", least=1)
            if through < self.event:
                raise ScenarioError(f"expected {self.event} or more, got {through}", ("through",))
            settle(self, through=through)
        if all(one is None for one in (self.set, self.unset, self.drop, self.insert)):
            raise ScenarioError("expected one or more of set, unset, drop, insert")
        if self.drop not in (None, True):
            raise ScenarioError(f"expected true, got {checks.described(self.drop)}", ("drop",))
        if self.drop and (self.set is not None or self.unset is not None):
            name = "set" if self.set is not None else "unset"
            raise ScenarioError(f"drop and {name} cannot go together; keep one", (name,))
        if self.insert is not None:
            if self.through is not None:
                raise ScenarioError("insert goes with one event; leave through out", ("insert",))
            inserted = tuple(checks.items(self.insert, "insert", least=1))
            for index, one in enumerate(inserted):
                checks.instance(one, InsertedEvent, "insert", index)
            settle(self, insert=inserted)
        if self.set is not None:
            settle(self, set=_data(self.set, "set"))
        if self.unset is not None:
            unset = tuple(checks.items(self.unset, "unset", least=1))
            for index, name in enumerate(unset):
                checks.text(name, "unset", index, empty=False)
            settle(self, unset=unset)

    def covers(self, number: int) -> bool:
        return self.event <= number <= (self.through or self.event)


def _data(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ScenarioError(f"expected an object, got {checks.described(value)}", (name,))
    _check_texts(value, name)
    return dict(value)


def _check_texts(value: object, *path: str | int) -> None:
    if isinstance(value, Mapping):
        for key, part in value.items():
            _check_texts(part, *path, key)
    elif isinstance(value, (list, tuple)):
        for index, part in enumerate(value):
            _check_texts(part, *path, index)
    elif isinstance(value, str):
        for found in BRACES.finditer(checks.text(value, *path)):
            if found[0] not in ("{{", "}}") and not PLACEHOLDER.fullmatch(found[1] or ""):
                raise ScenarioError(
                    f"{checks.quoted(found[0])} is no placeholder; known: "
                    + ", ".join(f"{{{name}}}" for name in (*IDS, "now", "call_1"))
                    + "; write {{ and }} for braces",
                    path,
                )
