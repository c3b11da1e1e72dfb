"""The run so far, by the events of its stream."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from appbuilder_assistants._models import RunResult, StreamRunMessage, StreamRunStatus, ToolCall

FINAL_STATUSES = frozenset({"completed", "failed", "cancelled", "expired"})

JOINED = 500
"""Pieces of text that are kept as one: a text of its own takes a hundred bytes, a piece ten."""

SHOWN = 48
"""Characters of a text that a `repr` has: an id is whole."""


def shown(value: object) -> str:
    """The `repr` of a value, of a long text only its beginning."""
    if isinstance(value, str) and len(value) > SHOWN:
        start = repr(value[:SHOWN])
        return f"{start[:-1]}…{start[-1]}"
    return repr(value)


def is_final(status: object) -> bool:
    """Whether a run of this status has ended. A word that is not known says nothing of the kind."""
    return isinstance(status, str) and status in FINAL_STATUSES


class RunSnapshot:
    """The state of a run while its stream is read, and after.

    Each field is None, or empty, until an event has it; the ids may be known from the call. `run`
    is the run object of the last event that had one; when `finished`, that of the final event,
    or None. `tool_calls` are those that wait for an output. `last_send_id` is the number of
    the last event that had one.

    `reconciled` is True when the stream broke off and the run, looked up, had ended: then the end
    is known and the texts are whole, but events were lost.
    """

    __slots__ = (
        "_joined",
        "_message_ids",
        "_pieces",
        "_stretches",
        "finished",
        "last_send_id",
        "reconciled",
        "run",
        "run_id",
        "status",
        "thread_id",
        "tool_calls",
    )

    def __init__(self, run_id: str | None = None, thread_id: str | None = None) -> None:
        self.run_id = run_id
        self.thread_id = thread_id
        self.status: str | None = None
        self.run: RunResult | None = None
        self.tool_calls: list[ToolCall] = []
        self.last_send_id: int | None = None
        self.finished = False
        self.reconciled = False
        self._message_ids: dict[str, None] = {}
        # The pieces of all messages, as they came, and from which one on they are another's: a name
        # for each piece would take more memory than the text.
        self._pieces: list[str] = []
        # Each JOINED pieces are joined, with the places where they end.
        self._joined: list[tuple[str, array[int]]] = []
        self._stretches: list[tuple[int, str]] = []

    @property
    def messages(self) -> dict[str, str]:
        """The text of each message so far, by message id, in order of appearance.

        Whole once the run has completed; of a run that ended otherwise, what it had said.
        """
        texts: dict[str, list[str]] = {}
        ends = [*(start for start, _ in self._stretches[1:]), None]
        for (start, message_id), end in zip(self._stretches, ends, strict=False):
            texts.setdefault(message_id, []).extend(self._texts(start, end))
        return {message_id: "".join(pieces) for message_id, pieces in texts.items()}

    def answer(self, run: RunResult) -> str | None:
        """The text of the last message; None when the run, as it ended, did not complete."""
        return next(reversed(self.messages.values()), None) if run.status == "completed" else None

    def __repr__(self) -> str:
        return (
            f"RunSnapshot(run_id={shown(self.run_id)}, thread_id={shown(self.thread_id)}, "
            f"status={shown(self.status)}, text={shown(self._beginning())}, "
            f"last_send_id={self.last_send_id}, finished={self.finished}, "
            f"reconciled={self.reconciled})"
        )

    def _beginning(self) -> str:
        """The beginning of the last message so far, or more of it."""
        text = ""
        last = self._stretches[-1][1] if self._stretches else None
        start = next((start for start, message_id in self._stretches if message_id == last), 0)
        for piece in self._texts(start):
            text += piece
            if len(text) > SHOWN:
                break
        return text

    def __getstate__(self) -> tuple[None, dict[str, object]]:
        """The default state; protocols 0 and 1 of pickle require this method."""
        return None, {name: getattr(self, name) for name in self.__slots__}

    # Both read the whole event before they change anything: one that turns out to be malformed
    # halfway leaves the run so far as it was.

    def apply_status(self, event: StreamRunStatus) -> None:
        """Take in a `status` event. Raises TypeError for one of the wrong types."""
        _expect(str, status=event.status, event_type=event.event_type)
        _expect(int, send_id=event.send_id)
        details = event.details
        run = details.run_object if details else None
        step = details.run_step_object if details else None
        created = details.message_creation if details else None
        if run is not None:
            _expect(str, id=run.id, thread_id=run.thread_id, status=run.status)
        calls = self._waiting(
            event.event_type, event.status, details.tool_calls if details else None
        )
        finished = event.event_type == "run_end" or (run is not None and is_final(run.status))
        if created is not None and created.message_id:
            self._message_ids[created.message_id] = None
        if run is not None:
            self.run, self.run_id, self.thread_id = run, run.id, run.thread_id
        elif finished:
            self.run = None
        if step is not None:
            self.run_id = self.run_id or step.run_id
            self.thread_id = self.thread_id or step.thread_id
        # A step ends with a status of its own, which is not the run's.
        if event.event_type != "tool_step_end":
            self.status = event.status
        self.last_send_id = event.send_id
        self.tool_calls = calls
        self.finished = finished

    def apply_message(self, event: StreamRunMessage) -> None:
        """Take in a `message` event: a piece of the answer. Raises TypeError as the other does."""
        message_id, send_id = event.message_id, event.send_id
        if not (type(message_id) is str and type(send_id) is int):
            _expect(str, message_id=message_id)
            _expect(int, send_id=send_id)
        texts = []
        for part in event.content or ():
            if (text := part.text) is not None:
                texts.append(text.value)
        self._add(message_id, "".join(texts))
        self.last_send_id = send_id

    def _add(self, message_id: str, text: str) -> None:
        pieces, stretches = self._pieces, self._stretches
        if not stretches or stretches[-1][1] != message_id:
            stretches.append((len(self._joined) * JOINED + len(pieces), message_id))
            self._message_ids[message_id] = None
        pieces.append(text)
        if len(pieces) == JOINED:
            self._joined.append(("".join(pieces), array("Q", accumulate(map(len, pieces)))))
            self._pieces = []

    def _texts(self, start: int, end: int | None = None) -> Iterator[str]:
        """The pieces from one on, some of them joined."""
        while end is None or start < end:
            block, place = divmod(start, JOINED)
            is_whole = not place and block < len(self._joined)
            if is_whole and (end is None or start + JOINED <= end):
                yield self._joined[block][0]
                start += JOINED
                continue
            piece = self.piece(start)
            if piece is None:
                return
            yield piece
            start += 1

    @property
    def message_ids(self) -> list[str]:
        """The ids of the messages that events have named, with a text or without."""
        return list(self._message_ids)

    def piece(self, index: int) -> str | None:
        """The text of this message event, counted from 0; None when there are not so many."""
        block, place = divmod(index, JOINED)
        if block < len(self._joined):
            text, ends = self._joined[block]
            return text[ends[place - 1] if place else 0 : ends[place]]
        is_there = block == len(self._joined) and place < len(self._pieces)
        return self._pieces[place] if is_there else None

    def missing(self, stored: Mapping[str, str]) -> dict[str, str]:
        """The rest of each text behind the part that was received.

        Raises ValueError when a text does not begin with its received part.
        """
        received = self.messages
        rest: dict[str, str] = {}
        for message_id, text in stored.items():
            begin = received.get(message_id, "")
            if not text.startswith(begin):
                raise ValueError(f"message {message_id!r} does not begin with what was received")
            rest[message_id] = text[len(begin) :]
        return rest

    def reconcile(self, run: RunResult, missing: Mapping[str, str]) -> None:
        """Take in a run that has ended, and the texts that were lost."""
        self.run, self.run_id, self.thread_id = run, run.id, run.thread_id
        self.status = run.status
        self.tool_calls = []
        for message_id, text in missing.items():
            self._add(message_id, text)
        self.finished = True
        self.reconciled = True

    def _waiting(self, kind: str, status: str, calls: list[ToolCall] | None) -> list[ToolCall]:
        """The calls that wait for an output after an event that names these."""
        if kind == "tool_calls":
            return list(calls or [])
        if kind == "tool_submitted_output":
            # Without a word on which outputs came, all are taken to have come.
            answered = {call.id for call in calls or self.tool_calls}
            return [call for call in self.tool_calls if call.id not in answered]
        return self.tool_calls if status == "requires_action" else []


def _expect(kind: type, **values: object) -> None:
    for name, value in values.items():
        if not isinstance(value, kind):
            raise TypeError(f"{name}: expected {kind.__name__}, got {value!r:.80}")
