"""A run's path: queued, in progress, a stop for tools, and one of four ends."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from appbuilder_mock.errors import not_found
from appbuilder_mock.resources.conversation import (
    find_assistant,
    find_thread,
    new_answer,
    new_message,
    new_thread,
    now,
)
from appbuilder_mock.resources.records import mark_ended, new_call, new_run, new_step, waiting_calls
from appbuilder_mock.runs.model import (
    CallTools,
    End,
    Plan,
    Say,
    Situation,
    ToolResult,
    default_plan,
)
from appbuilder_mock.runs.rules import (
    ACTIVE,
    refuse_cancelling_ended,
    refuse_second_run,
    refuse_unless_user_speaks_last,
    refuse_unless_waiting,
    refuse_wrong_outputs,
)
from appbuilder_mock.runs.scripted_model import kept, next_move
from appbuilder_mock.scenarios import Rule
from appbuilder_mock.storage.store import Document, Store
from appbuilder_mock.wire_format import events

log = logging.getLogger("appbuilder_mock")


class _Cancelled(Exception):
    """The run was cancelled while it was carried out."""


class Runs:
    """Begins, carries out, continues and cancels runs.

    Each stretch of work is a task of its own, so that a caller who goes away stops nothing. Every
    change is stored before it is told. A waiting run holds nothing in memory: it can be continued
    after a restart. `expire_after` is how many seconds a run waits for tool outputs before it
    counts as expired (the real limit is unknown).
    """

    def __init__(
        self,
        store: Store,
        *,
        plan: Plan = default_plan,
        expire_after: float = 600.0,
        submitting_restarts: bool = True,
    ) -> None:
        self.audience = events.Audience()
        self._store = store
        self._plan = plan
        self._expire_after = expire_after
        self._submitting_restarts = submitting_restarts
        self._work: dict[str, asyncio.Task[None]] = {}
        self._hurry: dict[str, asyncio.Event] = {}  # of the runs that pause
        # What runs have said of an answer that is not complete, for whoever looks on.
        self.partial_answers: dict[str, list[str]] = {}
        self.pieces_told = 0
        self._end_what_was_cut_off()

    # ── What a caller can ask for ──────────────────────────────────────────────────────────────

    def begin(self, body: dict[str, Any], rule: Rule | None = None) -> Document:
        """A new run, queued; on a new thread when the body names none.

        It keeps what the `rule` says about its course for its whole life.
        """
        store = self._store
        assistant = find_assistant(store, body["assistant_id"])
        thread_id = body.get("thread_id") or ""
        addition = body.get("thread") or {}
        messages = addition.get("messages") or []
        if thread_id:
            find_thread(store, thread_id)
            refuse_second_run(self._newest(thread_id))
        earlier = store.newest("message", thread_id) if thread_id else None
        refuse_unless_user_speaks_last(messages[-1] if messages else earlier)
        with store.transaction():
            if thread_id:
                for message in messages:
                    earlier = new_message(store, thread_id, message)
            else:
                thread_id = new_thread(store, addition)["id"]
                earlier = store.newest("message", thread_id)
            assert earlier is not None
            run = new_run(assistant, thread_id, body, id_=store.new_id("run_"), asked=earlier["id"])
            if rule and rule.course:
                run["course"] = kept(rule)
            store.add("run", thread_id, run)
        return run

    def resume(self, body: dict[str, Any]) -> Document:
        """The waiting run that a second `run` call continues with its `tool_output`.

        One that asked for several tools waits on until the last output has come.
        """
        output = body["tool_output"]
        find_assistant(self._store, body["assistant_id"])
        run = self.find(body["thread_id"], output["run_id"], param="tool_output.run_id")
        refuse_unless_waiting(run, param="tool_output.run_id")
        return self._answered(run, [output], "tool_output", partly=True)

    def submit(self, body: dict[str, Any]) -> Document:
        """The waiting run, with the outputs of its calls."""
        run = self.find(body["thread_id"], body["run_id"])
        return self._answered(run, body["tool_outputs"], "tool_outputs[{}]")

    def cancel(self, thread_id: str, run_id: str) -> Document:
        """Begin to cancel; a run that is being cancelled or was is left as it is."""
        run = self.find(thread_id, run_id)
        refuse_cancelling_ended(run)
        if run["status"] in ("cancelling", "cancelled"):
            return run
        run["status"] = "cancelling"
        self._save(run)
        self.audience.tell(run_id, events.run_event("run_cancelling", run))
        if run_id not in self._work:
            self.carry_on(run)
        elif pausing := self._hurry.get(run_id):
            pausing.set()
        return run

    def stop(self, thread_id: str) -> None:
        """Cancel the thread's active run here and now: the thread is about to be deleted.

        Its streams end as cancelled runs do. A call that waits for its end finds no thread.
        """
        run = self._newest(thread_id)  # only the newest can be active
        if run is None or run["status"] not in ACTIVE:
            return
        if task := self._work.pop(run["id"], None):
            task.cancel()
        if run["status"] != "cancelling":
            run["status"] = "cancelling"
            self.audience.tell(run["id"], events.run_event("run_cancelling", run))
        self._end(run, "cancelled")

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
            return self._end(run, "expired")
        return run

    def carry_on(self, run: Document) -> None:
        """Work on the run until it ends or waits, whoever looks on."""
        if run["status"] == "requires_action":
            return  # it waits for another output
        run_id = run["id"]
        task = asyncio.create_task(self._carry_out(run["thread_id"], run_id))
        self._work[run_id] = task

        def forget(_: object) -> None:
            self.partial_answers.pop(run_id, None)
            if self._work.get(run_id) is task:
                del self._work[run_id]

        task.add_done_callback(forget)

    async def settled(self, run: Document) -> Document:
        """The run when it has ended or waits."""
        if task := self._work.get(run["id"]):
            await asyncio.wait([task])  # its own end is not ours: it may be stopped by `forget`
        return self.find(run["thread_id"], run["id"])

    def forget(self) -> None:
        """Stop all work and end all streams, as if nothing had been begun."""
        for task in self._work.values():
            task.cancel()
        self._work.clear()
        self.audience.dismiss()

    # ── The path ───────────────────────────────────────────────────────────────────────────────

    async def _carry_out(self, thread_id: str, run_id: str) -> None:
        run = self._load(thread_id, run_id)
        try:
            if run["status"] == "queued":
                self.audience.tell(run_id, events.run_event("run_begin", run))
                run.update(status="in_progress", started_at=now())
                self._save(run)
            elif run["status"] == "in_progress":
                self._take_outputs(run)
            run = await self._others_first(run)
            situation = self._situation(run)
            course = run.get("course")
            match next_move(course, situation, self._plan) if course else self._plan(situation):
                case Say() as move:
                    await self._say(run, move)
                case CallTools() as move:
                    self._call(run, move)
                case End() as move:
                    self._end(run, move.status, move.error)
        except _Cancelled:
            self._end(self._load(thread_id, run_id), "cancelled")
        except Exception as error:
            log.exception("run %s failed", run_id)
            last_error = {"type": "server_error", "message": f"{type(error).__name__}: {error}"}
            self._end(self._load(thread_id, run_id), "failed", last_error)

    async def _others_first(self, run: Document) -> Document:
        """Let everyone else act, then go on with the run as they left it."""
        await asyncio.sleep(0)
        run = self._load(run["thread_id"], run["id"])
        if run["status"] == "cancelling":
            raise _Cancelled
        return run

    async def _pause(self, run: Document, seconds: float) -> None:
        """Wait, unless the run is cancelled."""
        if seconds:
            cancelled = self._hurry[run["id"]] = asyncio.Event()
            try:
                await asyncio.wait_for(cancelled.wait(), seconds)
            except asyncio.TimeoutError:
                pass
            finally:
                del self._hurry[run["id"]]

    def _situation(self, run: Document) -> Situation:
        asked = self._store.find("message", run["thread_id"], run["asked"])
        tools = run["tools"] or []
        return Situation(
            instructions=run["instructions"],
            user_text=asked["text"] if asked else "",
            functions=tuple(tool["function"] for tool in tools),
            results=tuple(ToolResult(call["name"], call["output"]) for call in run["calls"]),
            rounds=self._store.count("step", run["id"]),  # each step until now asked for tools
        )

    async def _say(self, run: Document, move: Say) -> None:
        message_id = self._store.new_id("chatmsg_")
        step = self._begin_step(run, "message_creation", message_id=message_id)
        self.audience.tell(run["id"], events.message_created(message_id))
        said = self.partial_answers[run["id"]] = []
        for index, piece in enumerate(move.pieces):
            await self._pause(run, move.chunk_delay if index else move.first_delay)
            run = await self._others_first(run)
            is_end = index == len(move.pieces) - 1
            event = events.message_piece(message_id, index, piece, is_end=is_end)
            self.audience.tell(run["id"], event)
            said.append(piece)
            self.pieces_told += 1
        text = "".join(move.pieces)
        run["answer"] = {"id": message_id, "text": text}
        with self._store.transaction():
            new_answer(self._store, run, message_id, text)
            self._end_step(step, "completed")
            mark_ended(run, "completed")
            self._save(run)
        self.audience.tell(run["id"], events.step_event("tool_step_end", step))
        self.audience.tell(run["id"], events.run_end(run, now()))

    def _call(self, run: Document, move: CallTools) -> None:
        step = self._next_step(run)
        calls = [
            new_call(run, step, call.name, call.arguments, index)
            for index, call in enumerate(move.calls)
        ]
        with self._store.transaction():
            self._begin_step(run, "tool_calls", calls=calls)
            run["calls"] += calls
            run.update(status="requires_action", waiting_since=now())
            self._save(run)
        self.audience.tell(run["id"], events.calls_event("tool_calls", run["status"], calls))

    def _answered(
        self, run: Document, outputs: list[dict[str, Any]], where: str, *, partly: bool = False
    ) -> Document:
        """Store the outputs; once every call has one, the run no longer waits."""
        refuse_unless_waiting(run)
        refuse_wrong_outputs(waiting_calls(run), outputs, where, partly=partly)
        texts = {output["tool_call_id"]: output["output"] for output in outputs}
        for call in waiting_calls(run):
            if call["id"] in texts:
                call["output"] = texts[call["id"]]
        if not waiting_calls(run):
            run["status"] = "in_progress"
            if partly or self._submitting_restarts:  # `partly` is by `tool_output`
                run["started_at"] = now()
        self._save(run)
        return run

    def _take_outputs(self, run: Document) -> None:
        """End the step that asked for the tools."""
        step = self._store.newest("step", run["id"])
        assert step is not None
        outputs = {call["id"]: call for call in run["calls"]}
        step["calls"] = [outputs[call["id"]] for call in step["calls"]]
        self._end_step(step, "completed")
        event = events.calls_event("tool_submitted_output", run["status"], step["calls"])
        self.audience.tell(run["id"], event)
        self.audience.tell(run["id"], events.step_event("tool_step_end", step))

    def _end(self, run: Document, status: str, error: Document | None = None) -> Document:
        """End a run, and the step it was at, other than by an answer."""
        step = self._store.newest("step", run["id"])
        with self._store.transaction():
            if step is not None and step["status"] in ACTIVE:
                self._end_step(step, status, error)
            mark_ended(run, status, error)
            self._save(run)
        self.audience.tell(run["id"], events.run_end(run, now()))
        return run

    def _begin_step(self, run: Document, kind: str, **more: Any) -> Document:
        step = new_step(run, self._next_step(run), kind, **more)
        self._store.add("step", run["id"], step)
        self.audience.tell(run["id"], events.step_event("tool_step_begin", step))
        return step

    def _end_step(self, step: Document, status: str, error: Document | None = None) -> None:
        mark_ended(step, status, error)
        self._store.save("step", step["run_id"], step)

    def _next_step(self, run: Document) -> int:
        return self._store.count("step", run["id"]) + 1

    def _newest(self, thread_id: str) -> Document | None:
        run = self._store.newest("run", thread_id)
        return run and self.find(thread_id, run["id"])

    def _load(self, thread_id: str, run_id: str) -> Document:
        run = self._store.find("run", thread_id, run_id)
        assert run is not None
        return run

    def _save(self, run: Document) -> None:
        self._store.save("run", run["thread_id"], run)

    def _end_what_was_cut_off(self) -> None:
        """Runs that were being carried out when an earlier server was killed are over."""
        for run in self._store.every("run"):
            if run["status"] == "cancelling":
                self._end(run, "cancelled")
            elif run["status"] in ("queued", "in_progress"):
                message = "the server was stopped while this run was in progress"
                self._end(run, "failed", {"type": "server_error", "message": message})
