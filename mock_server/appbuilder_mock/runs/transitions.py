"""Changes of a run and its steps: each is stored before its event is published."""

from __future__ import annotations

from typing import Any

from appbuilder_mock.errors import not_found
from appbuilder_mock.resources.conversation import find_thread, new_answer
from appbuilder_mock.resources.records import mark_ended, new_call, new_step, waiting_calls
from appbuilder_mock.runs.event_bus import EventBus
from appbuilder_mock.runs.model import CallTools
from appbuilder_mock.runs.rules import ACTIVE
from appbuilder_mock.storage.clock import now
from appbuilder_mock.storage.store import Document, Store
from appbuilder_mock.wire_format import events


class Transitions:
    """The states of runs: queued, in progress, waiting for tools, cancelling, and four ends.

    `expire_after` is how many seconds a run waits for tool outputs before it counts as expired
    (the real limit is unknown).
    """

    def __init__(self, store: Store, event_bus: EventBus, *, expire_after: float) -> None:
        self._store = store
        self._events = event_bus
        self._expire_after = expire_after

    def find(self, thread_id: str, run_id: str, *, param: str = "run_id") -> Document:
        """The run as it stands now. A run that has waited too long expires here.

        `param` is the field that an error blames.
        """
        find_thread(self._store, thread_id)
        run = self._store.find("run", thread_id, run_id)
        if run is None:
            raise not_found("run", run_id, within=f"thread {thread_id!r}", param=param)
        waited = (now() - run["waiting_since"]) / 1000
        if run["status"] == "requires_action" and waited > self._expire_after:
            return self.end(run, "expired")
        return run

    def newest(self, thread_id: str) -> Document | None:
        run = self._store.newest("run", thread_id)
        return run and self.find(thread_id, run["id"])

    def load(self, thread_id: str, run_id: str) -> Document:
        """The run as it is stored, for those who work on it."""
        run = self._store.find("run", thread_id, run_id)
        assert run is not None
        return run

    def begin(self, run: Document) -> None:
        self._events.publish(run["id"], events.run_event("run_begin", run))
        run.update(status="in_progress", started_at=now())
        self._save(run)

    def ask_for_tools(self, run: Document, move: CallTools) -> None:
        """Let the run wait for the outputs of its calls."""
        step = self._next_step(run)
        calls = [
            new_call(run, step, call.name, str(call.arguments), index)
            for index, call in enumerate(move.calls)
        ]
        with self._store.transaction():
            self._begin_step(run, "tool_calls", calls=calls, details=move.step_details)
            run["calls"] += calls
            run.update(status="requires_action", waiting_since=now())
            self._save(run)
        self._events.publish(run["id"], events.calls_event("tool_calls", run["status"], calls))

    def store_outputs(self, run: Document, outputs: list[Document], *, restarts: bool) -> None:
        """Once every call has its output, the run no longer waits.

        `restarts`: then its `started_at` is set again.
        """
        texts = {output["tool_call_id"]: output["output"] for output in outputs}
        for call in waiting_calls(run):
            if call["id"] in texts:
                call["output"] = texts[call["id"]]
        if not waiting_calls(run):
            run["status"] = "in_progress"
            if restarts:
                run["started_at"] = now()
        self._save(run)

    def end_tool_step(self, run: Document) -> None:
        """End the step that asked for the tools, with their outputs."""
        step = self._store.newest("step", run["id"])
        assert step is not None
        outputs = {call["id"]: call for call in run["calls"]}
        step["calls"] = [outputs[call["id"]] for call in step["calls"]]
        self._end_step(step, "completed")
        event = events.calls_event("tool_submitted_output", run["status"], step["calls"])
        self._events.publish(run["id"], event)
        self._events.publish(run["id"], events.step_event("tool_step_end", step))

    def begin_answer(self, run: Document, details: Document | None = None) -> Document:
        """The step that writes the answer; `details` are fields of its `step_datail`."""
        message_id = self._store.new_id("chatmsg_")
        step = self._begin_step(run, "message_creation", message_id=message_id, details=details)
        self._events.publish(run["id"], events.message_created(message_id))
        return step

    def complete(self, run: Document, step: Document, text: str) -> None:
        """End the run with its answer."""
        run["answer"] = {"id": step["message_id"], "text": text}
        with self._store.transaction():
            new_answer(self._store, run, step["message_id"], text)
            self._end_step(step, "completed")
            mark_ended(run, "completed")
            self._save(run)
        self._events.publish(run["id"], events.step_event("tool_step_end", step))
        self._events.publish(run["id"], events.run_end(run, now()))

    def begin_cancelling(self, run: Document) -> None:
        run["status"] = "cancelling"
        self._save(run)
        self._events.publish(run["id"], events.run_event("run_cancelling", run))

    def end(self, run: Document, status: str, error: Document | None = None) -> Document:
        """End a run, and the step it was at, other than by an answer."""
        step = self._store.newest("step", run["id"])
        with self._store.transaction():
            if step is not None and step["status"] in ACTIVE:
                self._end_step(step, status, error)
            mark_ended(run, status, error)
            self._save(run)
        self._events.publish(run["id"], events.run_end(run, now()))
        return run

    def end_interrupted(self) -> None:
        """End the runs that were being worked on when an earlier server was killed."""
        for run in self._store.every("run"):
            if run["status"] == "cancelling":
                self.end(run, "cancelled")
            elif run["status"] in ("queued", "in_progress"):
                message = "the server was stopped while this run was in progress"
                self.end(run, "failed", {"type": "server_error", "message": message})

    def _begin_step(
        self, run: Document, kind: str, *, details: Document | None, **more: Any
    ) -> Document:
        if details is not None:
            more["details"] = details
        step = new_step(run, self._next_step(run), kind, **more)
        self._store.add("step", run["id"], step)
        self._events.publish(run["id"], events.step_event("tool_step_begin", step))
        return step

    def _end_step(self, step: Document, status: str, error: Document | None = None) -> None:
        mark_ended(step, status, error)
        self._store.save("step", step["run_id"], step)

    def _next_step(self, run: Document) -> int:
        return self._store.count("step", run["id"]) + 1

    def _save(self, run: Document) -> None:
        self._store.save("run", run["thread_id"], run)
