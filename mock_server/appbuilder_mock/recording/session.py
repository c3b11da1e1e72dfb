"""A recorded session: the calls that passed, and the rules that they become."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from appbuilder_mock.recording.exchange import Exchange
from appbuilder_mock.recording.failures import fault_of, fault_of_stream
from appbuilder_mock.recording.run_record import Document, RunRecord, text_of
from appbuilder_mock.recording.scenario_file import ScenarioFile, after
from appbuilder_mock.recording.secrets import Secrets
from appbuilder_mock.recording.stream_differences import edits_for
from appbuilder_mock.scenarios import Rule, ScenarioError, load_scenario
from appbuilder_mock.scenarios.checks import dotted

RUN = "createRun"
OF_FILES = ("createFile", "downloadFile", "readFile")  # their bytes are not kept anyway


class Session:
    """Learns from each call that is over, and writes what a replay of it needs.

    Calls that succeed need nothing: the mock server carries them out again. Runs become rules that
    match by the user's text, failures rules that match by the number of the call. A rule that
    has no room in a file begins the next one. `on_notice` gets what its user should know at once.
    """

    def __init__(self, path: Path, secrets: Secrets) -> None:
        self.on_notice: Callable[[str], object] = lambda notice: None
        self._path = path
        self._secrets = secrets
        self._files = [ScenarioFile(path)]
        self._calls: list[str] = []  # the operation of each, by its place
        self._before = 0  # calls before those of the newest file
        self._failed: set[int] = set()  # places of calls with a fault by their number
        self._assistants: dict[str, Document] = {}
        self._texts: dict[str, str] = {}  # the newest of a user, by thread
        self._runs: dict[str, RunRecord] = {}
        self._ended: set[str] = set()  # runs in files that are full
        self._early: defaultdict[str, list[Exchange]] = defaultdict(list)  # before their run's
        self._rules: dict[int, Document] = {}  # as they are, secrets included
        self._cleared_of = 0  # how many secrets the written rules have been cleared of
        self._noted: set[str] = set()

    def begin(self, operation: str, time: float) -> Exchange:
        self._calls.append(operation)
        return Exchange(len(self._calls), operation, time)

    def note_headers(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self._secrets.note_headers(
            {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
        )

    def note(self, what: str) -> None:
        """Something that could not be kept; said at once, in the file and in the summary."""
        self._files[-1].note(what)
        if what not in self._noted:
            self._noted.add(what)
            self.on_notice(f"not kept: {what}")

    async def finished(self, exchange: Exchange) -> None:
        """Handle a call that is over, or that its client has closed."""
        try:
            await self._learn(exchange)
        except Exception as error:  # noqa: BLE001 - the call itself has succeeded
            self.note(f"a call of {exchange.operation} ({type(error).__name__})")
        self._write()

    async def _learn(self, exchange: Exchange) -> None:
        self._secrets.note_body(exchange.body)
        if exchange.broken == "unreachable":
            pass  # that has been said
        elif not exchange.operation:
            self.note("a call to an address that is no operation's")
        elif exchange.is_cut_short and exchange.operation not in OF_FILES:
            self.note(f"a call of {exchange.operation} with a body of more than 8 MiB")
        elif exchange.status is None and exchange.broken == "left":
            self.note(f"a call of {exchange.operation} that its client left before the response")
        elif exchange.status is None or exchange.failed:
            self._note_failure(exchange)
        else:
            await self._note_success(exchange)
        if len(self._secrets) != self._cleared_of:
            self._cleared_of = len(self._secrets)
            for place, rule in self._rules.items():
                self._put(place, rule)

    def _note_failure(self, exchange: Exchange) -> None:
        fault = fault_of(exchange)
        if fault is None:
            self.note(f"an answer of {exchange.operation} with status {exchange.status}")
            return
        match: Document = {"operation": exchange.operation}
        if exchange.operation == RUN:
            text = self._text(exchange.body)
            match = {"text": text, "times": 1} if text is not None else {"times": 1}
        else:
            # Of the calls in this file that no earlier rule of a failure takes.
            places = range(self._before + 1, exchange.place + 1)
            same = [one for one in places if self._calls[one - 1] == exchange.operation]
            match["nth"] = max(1, len(set(same) - self._failed))
            self._failed.add(exchange.place)
        self._put(exchange.place, {"match": match, "fault": fault})

    async def _note_success(self, exchange: Exchange) -> None:
        body, answer = exchange.body, exchange.answer
        match exchange.operation:
            case "createAssistant":
                self._assistants[str(answer.get("id"))] = body
            case "updateAssistant":
                given = {name: value for name, value in body.items() if value is not None}
                self._assistants.setdefault(str(body.get("assistant_id")), {}).update(given)
            case "createThread":
                self._note_text(answer.get("id"), body)
            case "createMessage":
                self._note_text(body.get("thread_id"), {"messages": [body]})
            case "listMessages" | "queryMessage":
                await self._note_messages(answer.get("data") or [answer])
            case "createRun" if not body.get("tool_output"):
                await self._note_run(exchange)
            case "createRun" | "submitToolOutputs" | "queryRun" | "cancelRun":
                await self._note_later(exchange)

    async def _note_run(self, exchange: Exchange) -> None:
        run_id = str(exchange.answer.get("id") or _run_id_in(exchange) or exchange.place)
        record = self._runs[run_id] = RunRecord(exchange, run_id, self._text(exchange.body))
        self._texts.pop(str(exchange.body.get("thread_id")), None)  # it has been answered
        if exchange.broken == "left":
            self.note("the rest of a stream that its client left")
        for later in self._early.pop(run_id, ()):
            _note(record, later)
        await self._put_run(record)

    async def _note_later(self, exchange: Exchange) -> None:
        body = exchange.body
        run_id = str(body.get("run_id") or (body.get("tool_output") or {}).get("run_id"))
        record = self._runs.get(run_id)
        if record is None:
            if run_id not in self._ended:
                self._early[run_id].append(exchange)
            return
        _note(record, exchange)
        if exchange.has_events:
            self.note("the form of the events of a stream that continues a run")
        await self._put_run(record)

    async def _note_messages(self, messages: list[Any]) -> None:
        for message in messages:
            if isinstance(message, dict) and message.get("role") == "assistant":
                record = self._runs.get(str(message.get("run_id")))
                if record is not None and record.answer is None:
                    record.answer = text_of(message.get("content"))
                    await self._put_run(record)

    def _note_text(self, thread_id: Any, body: Document) -> None:
        text = _newest_text(body)
        if thread_id and text is not None:
            self._texts[str(thread_id)] = text

    def _text(self, body: Document) -> str | None:
        """The user's text that a run answers, where it is known."""
        text = _newest_text(body.get("thread") or {})
        return text if text is not None else self._texts.get(str(body.get("thread_id")))

    async def _put_run(self, record: RunRecord) -> None:
        rule = record.rule()
        if fault := fault_of_stream(record.first):
            rule["fault"] = fault
        place = record.first.place
        kept = self._rules.get(place, {})
        if rule == {name: value for name, value in kept.items() if name != "events"}:
            return
        if record.first.has_events and record.first.events:
            assistant = self._assistants.get(str(record.first.body.get("assistant_id")), {})
            try:
                if events := await edits_for(record, _rule(rule), assistant):
                    rule["events"] = events
            except (
                ScenarioError,
                asyncio.TimeoutError,
                LookupError,
                TypeError,
                ValueError,
            ) as error:
                self.note(f"the form of the events of a run ({type(error).__name__})")
        self._put(place, rule)

    def _put(self, place: int, rule: Document) -> None:
        """Write a rule without secrets, in the order of the session."""
        self._rules[place] = rule
        cleared = self._secrets.value(rule)
        if cleared["match"].get("text") != rule["match"].get("text"):
            self.note("the text of a user with a secret: its run is matched by its order only")
            del cleared["match"]["text"]
        for name in ("reply", "partial_reply"):
            self._clear_pieces(rule.get(name, {}), cleared, name)
        try:
            _rule(cleared)
        except ScenarioError as error:
            self.note(f"a rule that no scenario can hold, for its {dotted(error.path) or 'form'}")
            return
        self._keep(place, cleared)

    def _keep(self, place: int, rule: Document) -> None:
        file = next((one for one in self._files if place in one), self._files[-1])
        if file.put(place, rule):
            return
        file.remove(place)
        if file is not self._files[-1] and self._files[-1].put(place, rule):
            return
        if not self._files[-1].is_empty:
            self._begin_file(place)
            if "nth" in rule["match"]:  # its call is now the first one
                rule["match"]["nth"] = self._rules[place]["match"]["nth"] = 1
        if not self._files[-1].put(place, rule):
            self.note("a run that is larger than a file may be")

    def _begin_file(self, place: int) -> None:
        """Begin the next file, with the call at this place as its first one."""
        full = self._files[-1]
        self._files.append(ScenarioFile(after(self._path)))
        self.on_notice(f"{full.path} is full: the recording continues in {self._files[-1].path}")
        self._before = place - 1
        for run_id, record in list(self._runs.items()):
            if record.is_over and record.first.place in full:
                self._ended.add(run_id)
                del self._runs[run_id]

    def _write(self) -> None:
        for file in self._files:
            try:
                file.write()
            except OSError as error:  # it is tried again after the next call
                self.on_notice(f"{file.path} cannot be written: {error.strerror or error}")

    def _clear_pieces(self, reply: Document, cleared: Document, name: str) -> None:
        """Join the pieces of an answer that a secret spans."""
        joined = "".join(reply.get("chunks", ()))
        whole = self._secrets.text(joined)
        if whole != joined and whole != "".join(cleared[name].get("chunks", ())):
            cleared[name] = {"chunks": [whole], "delays": [round(sum(reply["delays"]), 3)]}
            cleared.pop("events", None)
            self.note("the pieces of an answer with a secret across them")

    def close(self) -> None:
        for record in self._runs.values():
            if not record.is_over:
                self.note("the end of a run that was not seen to end")
        self._write()

    def summary(self) -> str:
        """A summary of the recorded calls and of those that could not be kept, for people."""
        runs = len(self._runs) + len(self._ended)
        faults = sum(1 for rule in self._rules.values() if "fault" in rule)
        notes = "".join(f"\n  not kept: {note}" for file in self._files for note in file.notes)
        files = ", ".join(str(file.path) for file in self._files)
        counts = f"{runs} runs, {faults} failures, of {len(self._calls)} calls"
        return f"recorded {counts} to {files}{notes}"


def _note(record: RunRecord, exchange: Exchange) -> None:
    """Note the state of a run in the response to a later call."""
    body = exchange.body
    outputs = [body["tool_output"]] if body.get("tool_output") else body.get("tool_outputs") or []
    record.note_outputs([one for one in outputs if isinstance(one, dict)], exchange.time)
    if exchange.has_events:
        for event in exchange.events:
            record.note_event(event)
    else:
        record.note_result(exchange, exchange.answer)


def _rule(rule: Document) -> Rule:
    """The rule as a scenario reads it. Raises ScenarioError."""
    return load_scenario(json.dumps({"rules": [rule]}, ensure_ascii=False)).rules[0]


def _newest_text(body: Any) -> str | None:
    messages = body.get("messages") if isinstance(body, dict) else None
    newest = messages[-1] if isinstance(messages, list) and messages else None
    content = newest.get("content") if isinstance(newest, dict) else None
    return content if isinstance(content, str) else None


def _run_id_in(exchange: Exchange) -> Any:
    """The id that the events of a stream name."""
    for event in exchange.events if exchange.has_events else ():
        details = (event.data or {}).get("details") or {}
        for name, key in (("run_object", "id"), ("run_step_object", "run_id")):
            if run_id := (details.get(name) or {}).get(key):
                return run_id
    return None
