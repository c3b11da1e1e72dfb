"""The record of one run, as the rule that makes the mock server repeat it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from appbuilder_mock.recording.exchange import Exchange, SentEvent

ENDED = ("completed", "failed", "expired", "cancelled", "incomplete")
Document = dict[str, Any]


@dataclass
class Round:
    """Calls that were asked for together."""

    calls: list[Document]
    delay: float
    outputs: dict[str, str] = field(default_factory=dict)  # by the id of the call


@dataclass
class RunRecord:
    """A run: its first call, its result, and the state in later responses."""

    first: Exchange
    run_id: str
    text: str | None  # the user's
    rounds: list[Round] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)  # since the last round
    delays: list[float] = field(default_factory=list)
    status: str = ""
    error: Document | None = None
    answer: str | None = None  # the complete text, where it is known
    blocking_delay: float | None = None
    _stretch: float = 0.0  # when the run last began, or continued

    def __post_init__(self) -> None:
        self._stretch = self.first.time
        if self.first.has_events:
            for event in self.first.events:
                self.note_event(event)
        else:
            self.note_result(self.first, self.first.answer)

    @property
    def is_over(self) -> bool:
        return self.status in ENDED

    def note_event(self, event: SentEvent) -> None:
        data = event.data or {}
        if event.name == "message":
            previous = self._stretch + sum(self.delays)
            self.delays.append(max(0.0, event.time - previous))
            self.pieces.append(text_of(data.get("content")))
            return
        details = data.get("details") or {}
        kind = data.get("event_type")
        if kind == "tool_calls":
            self._note_calls(details.get("tool_calls") or [], event.time)
        elif kind == "tool_submitted_output":
            self._stretch = event.time
            for call in details.get("tool_calls") or []:
                self._note_output(call.get("id"), (call.get("function") or {}).get("output"))
        elif kind in ("run_begin", "run_end"):
            self._note_status(data.get("status"), details.get("run_object") or {})
            if kind == "run_begin" and not self.rounds:
                self._stretch = event.time

    def note_outputs(self, outputs: list[Document], time: float) -> None:
        """Outputs that a call submits."""
        self._stretch = max(self._stretch, time)
        for output in outputs:
            self._note_output(output.get("tool_call_id"), output.get("output"))

    def note_result(self, exchange: Exchange, run: Document) -> None:
        """The run as a response shows it."""
        was_over = self.is_over
        action = run.get("required_action") or {}
        calls = (action.get("submit_tool_outputs") or {}).get("tool_calls") or []
        self._note_calls(calls, exchange.ended)
        self._note_status(run.get("status"), run)
        waits = exchange.operation in ("createRun", "submitToolOutputs")
        if self.is_over and not was_over and waits:
            self.blocking_delay = exchange.seconds
        message = (run.get("final_answer") or {}).get("message") or {}
        if message:
            self.answer = text_of(message.get("content"))

    def _note_calls(self, calls: list[Document], time: float) -> None:
        known = {call.get("id") for one in self.rounds for call in one.calls}
        if new := [call for call in calls if call.get("id") not in known]:
            self.rounds.append(Round(new, max(0.0, time - self._stretch)))
            self.pieces, self.delays = [], []
            self._stretch = time

    def _note_output(self, call_id: Any, output: Any) -> None:
        for one in self.rounds:
            if isinstance(output, str) and any(call.get("id") == call_id for call in one.calls):
                one.outputs[str(call_id)] = output

    def _note_status(self, status: Any, run: Document) -> None:
        if isinstance(status, str) and not self.is_over:
            self.status = status
            self.error = run.get("last_error") or None

    def rule(self) -> Document:
        """The rule, without its events and before redaction."""
        rule: Document = {"match": {"times": 1}}
        if self.text is not None:
            rule["match"] = {"text": self.text, "times": 1}
        if self.rounds:
            rule["tool_rounds"] = [_round(one) for one in self.rounds]
        reply = self._reply()
        # A run that a call cancels while it waits for outputs needs no end: the call comes again.
        waits = bool(self.rounds) and not all(
            str(call.get("id")) in self.rounds[-1].outputs for call in self.rounds[-1].calls
        )
        if self.status in ("failed", "incomplete"):
            rule["failed"] = _failed(self.error)
        elif self.status in ("expired", "cancelled") and not waits:
            rule[self.status] = True
        elif reply is not None and not waits:
            rule["reply"] = reply
        if reply is not None and any(name in rule for name in ("failed", "expired", "cancelled")):
            rule["partial_reply"] = reply
        if self.blocking_delay is not None and self.is_over:
            rule["blocking_delay"] = round(self.blocking_delay, 3)
        return rule

    def _reply(self) -> Document | None:
        pieces, delays = list(self.pieces), [round(one, 3) for one in self.delays]
        seen = "".join(pieces)
        if self.answer is not None and self.answer != seen:
            if not pieces:
                return {"text": braces(self.answer)}
            if self.answer.startswith(seen):  # the stream broke off, and a look-up had the rest
                pieces.append(self.answer[len(seen) :])
                delays.append(0.0)
        if not pieces:
            return None
        return {"chunks": [braces(piece) for piece in pieces], "delays": delays}


def _round(one: Round) -> Document:
    calls = []
    for call in one.calls:
        function = call.get("function") or {}
        arguments = str(function.get("arguments") or "")
        calls.append({"name": str(function.get("name") or "?"), "arguments": _readable(arguments)})
    return {"calls": calls, "delay": round(one.delay, 3)}


def _readable(arguments: str) -> Document | str:
    """An object where that is sent as this very text, else the text."""
    try:
        value = json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return value if isinstance(value, dict) and written == arguments else arguments


def _failed(error: Document | None) -> Document:
    known = error if isinstance(error, dict) else {}
    return {name: str(known.get(name) or "") for name in ("type", "message")}


def text_of(content: Any) -> str:
    """The text of a message's content: one part, or a list of them, or nothing."""
    parts = content if isinstance(content, list) else [content]
    texts = ((part or {}).get("text") or {} for part in parts if isinstance(part, dict))
    return "".join(str(text.get("value") or "") for text in texts if isinstance(text, dict))


def braces(text: str) -> str:
    """The text as a template that stands for itself."""
    return text.replace("{", "{{").replace("}", "}}")
