"""The engine: begins runs, works on them in tasks, continues and cancels them."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from appbuilder_mock.resources.conversation import (
    find_assistant,
    find_thread,
    new_message,
    new_thread,
)
from appbuilder_mock.resources.records import new_run, waiting_calls
from appbuilder_mock.runs.event_bus import EventBus
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
from appbuilder_mock.runs.scripted_model import SCRIPT, next_move, script_of
from appbuilder_mock.runs.transitions import Transitions
from appbuilder_mock.scenarios import Rule
from appbuilder_mock.storage.store import Document, Store
from appbuilder_mock.wire_format import events

log = logging.getLogger("appbuilder_mock")


class _Cancelled(Exception):
    """The run was cancelled while it was worked on."""


class Runs:
    """Carries out the callers' requests for runs, in tasks that work on them.

    Each stretch of work is a task of its own, so that a caller that disconnects stops nothing. A
    waiting run holds nothing in memory: it can be continued after a restart.
    """

    def __init__(
        self,
        store: Store,
        *,
        plan: Plan = default_plan,
        expire_after: float = 600.0,
        submitting_restarts: bool = True,
        speed: float = 1.0,
    ) -> None:
        self.event_bus = EventBus()
        self._store = store
        self._transitions = Transitions(store, self.event_bus, expire_after=expire_after)
        self._plan = plan
        self._submitting_restarts = submitting_restarts
        self._speed = speed
        self._work: dict[str, asyncio.Task[None]] = {}
        self._cancelled: set[str] = set()  # of the runs that are worked on
        self._pauses: dict[str, asyncio.Event] = {}  # set to end the pause of a run
        # The pieces of answers that are not complete, and how many there ever were: for onlookers.
        self.partial_answers: dict[str, list[str]] = {}
        self.pieces_published = 0
        self.find = self._transitions.find
        self._transitions.end_interrupted()

    # ── What a caller can ask for ──────────────────────────────────────────────────────────────

    def begin(self, body: dict[str, Any], rule: Rule | None = None, *, seed: int = 0) -> Document:
        """A new run, queued; on a new thread when the body names none.

        The run keeps the path that the `rule` scripts to its end; `seed` is for its latencies.
        """
        store = self._store
        assistant = find_assistant(store, body["assistant_id"])
        thread_id = body.get("thread_id") or ""
        addition = body.get("thread") or {}
        messages = addition.get("messages") or []
        if thread_id:
            find_thread(store, thread_id)
            refuse_second_run(self._transitions.newest(thread_id))
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
            if rule and rule.run_path:
                run[SCRIPT] = script_of(rule, seed)
            store.add("run", thread_id, run)
        return run

    def resume(self, body: dict[str, Any]) -> Document:
        """The waiting run that a second `run` call continues with its `tool_output`.

        One that asked for several tools waits for the last output.
        """
        output = body["tool_output"]
        find_assistant(self._store, body["assistant_id"])
        run = self.find(body["thread_id"], output["run_id"], param="tool_output.run_id")
        refuse_unless_waiting(run, param="tool_output.run_id")
        refuse_wrong_outputs(waiting_calls(run), [output], "tool_output", partly=True)
        self._transitions.store_outputs(run, [output], restarts=True)
        return run

    def submit(self, body: dict[str, Any]) -> Document:
        """The waiting run, with the outputs of its calls."""
        run = self.find(body["thread_id"], body["run_id"])
        refuse_unless_waiting(run)
        outputs = body["tool_outputs"]
        refuse_wrong_outputs(waiting_calls(run), outputs, "tool_outputs[{}]")
        self._transitions.store_outputs(run, outputs, restarts=self._submitting_restarts)
        return run

    def cancel(self, thread_id: str, run_id: str) -> Document:
        """Begin to cancel; a run that is being cancelled, or was, stays as it is."""
        run = self.find(thread_id, run_id)
        refuse_cancelling_ended(run)
        if run["status"] in ("cancelling", "cancelled"):
            return run
        self._transitions.begin_cancelling(run)
        self._cancelled.add(run_id)
        task = self._work.get(run_id)
        if task is None or task.done():  # it waits for tools, perhaps since this very moment
            self.schedule(run)
        elif pause := self._pauses.get(run_id):
            pause.set()
        return run

    def stop(self, thread_id: str) -> None:
        """Cancel the thread's active run here and now: the thread is about to be deleted.

        Its streams end as cancelled runs do. A call that waits for its end finds no thread.
        """
        run = self._transitions.newest(thread_id)  # only the newest can be active
        if run is None or run["status"] not in ACTIVE:
            return
        if task := self._work.pop(run["id"], None):
            task.cancel()
        if run["status"] != "cancelling":
            self._transitions.begin_cancelling(run)
        self._transitions.end(run, "cancelled")

    # ── Tasks ──────────────────────────────────────────────────────────────────────────────────

    def schedule(self, run: Document) -> None:
        """Work on the run in a task, to its end or to where it waits."""
        if run["status"] == "requires_action":
            return  # it waits for another output
        run_id = run["id"]
        task = asyncio.create_task(self._advance(run["thread_id"], run_id))
        self._work[run_id] = task

        def discard(_: object) -> None:
            self.partial_answers.pop(run_id, None)
            if self._work.get(run_id) is task:
                del self._work[run_id]
                self._cancelled.discard(run_id)

        task.add_done_callback(discard)

    async def settled(self, run: Document) -> Document:
        """The run when it has ended or waits."""
        if task := self._work.get(run["id"]):
            await asyncio.wait([task])  # does not raise where the task is cancelled
        return self.find(run["thread_id"], run["id"])

    def abandon_all(self) -> None:
        """Stop all work and end all streams, as if nothing had been begun."""
        for task in self._work.values():
            task.cancel()
        self._work.clear()
        self.event_bus.end_streams()

    async def _advance(self, thread_id: str, run_id: str) -> None:
        transitions = self._transitions
        run = transitions.load(thread_id, run_id)
        try:
            if run["status"] == "queued":
                transitions.begin(run)
            elif run["status"] == "in_progress":
                transitions.end_tool_step(run)
            await self._yield_to_others(run)
            situation = self._situation(run)
            script = run.get(SCRIPT)
            match next_move(script, situation, self._plan) if script else self._plan(situation):
                case Say() as move:
                    await self._say(run, move)
                case CallTools() as move:
                    await self._pause(run, move.delay)
                    await self._yield_to_others(run)
                    transitions.ask_for_tools(run, move)
                case End() as move:
                    await self._pause(run, move.delay if self._is_blocking(run) else 0.0)
                    await self._end(run, move)
        except _Cancelled:
            transitions.end(transitions.load(thread_id, run_id), "cancelled")
        except Exception as error:
            log.exception("run %s failed", run_id)
            last_error = {"type": "server_error", "message": f"{type(error).__name__}: {error}"}
            transitions.end(transitions.load(thread_id, run_id), "failed", last_error)

    async def _yield_to_others(self, run: Document) -> None:
        """Let other tasks act: one may cancel the run."""
        await asyncio.sleep(0)
        if run["id"] in self._cancelled:
            raise _Cancelled

    async def _pause(self, run: Document, seconds: float) -> None:
        """Wait, unless the run is cancelled; at speed 0, not at all."""
        if seconds and self._speed:
            cancelled = self._pauses[run["id"]] = asyncio.Event()
            try:
                await asyncio.wait_for(cancelled.wait(), seconds / self._speed)
            except asyncio.TimeoutError:
                pass
            finally:
                del self._pauses[run["id"]]

    def _situation(self, run: Document) -> Situation:
        asked = self._store.find("message", run["thread_id"], run["asked"])
        tools = run["tools"] or []
        return Situation(
            instructions=run["instructions"],
            user_text=asked["text"] if asked else "",
            functions=tuple(tool["function"] for tool in tools),
            results=tuple(ToolResult(call["name"], call["output"]) for call in run["calls"]),
            rounds=self._store.count("step", run["id"]),  # each step so far asked for tools
        )

    def _is_blocking(self, run: Document) -> bool:
        return not self.event_bus.has_subscribers(run["id"])

    async def _say(self, run: Document, move: Say) -> None:
        is_blocking = move.blocking_delay is not None and self._is_blocking(run)
        if is_blocking:
            await self._pause(run, move.blocking_delay or 0.0)
            await self._yield_to_others(run)
        step = self._transitions.begin_answer(run, move.step_details)
        published = self.partial_answers[run["id"]] = []
        for index, piece in enumerate(move.pieces):
            await self._pause(run, 0.0 if is_blocking else move.delay(index))
            await self._yield_to_others(run)
            is_end = index == len(move.pieces) - 1 and move.end is None
            event = events.message_piece(step["message_id"], index, piece, is_end=is_end)
            self.event_bus.publish(run["id"], event)
            published.append(piece)
            self.pieces_published += 1
        if move.end is None:
            self._transitions.complete(run, step, "".join(move.pieces))
        else:
            await self._end(run, move.end)

    async def _end(self, run: Document, end: End) -> None:
        await self._yield_to_others(run)
        if end.status == "cancelled":
            self._transitions.begin_cancelling(run)
        self._transitions.end(run, end.status, end.error)
