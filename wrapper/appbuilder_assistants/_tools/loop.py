"""The tool loop: carry a run to its end, answering the tool calls that it waits for; no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar

from appbuilder_assistants._core.calls import Flow, Job, NoReply, RunTools, ToolError
from appbuilder_assistants._core.flows import CallProgress, make_call
from appbuilder_assistants._core.ids import is_id
from appbuilder_assistants._core.limits import number_text
from appbuilder_assistants._core.requests import Call, StreamCall
from appbuilder_assistants._core.responses.decode import origin
from appbuilder_assistants._core.retry import RetryPolicy
from appbuilder_assistants._core.runs.orphaned_runs import OrphanedRun, cancel_after
from appbuilder_assistants._core.runs.polling import is_working, poll_run
from appbuilder_assistants._core.streams.events import RunEvent
from appbuilder_assistants._snapshot import RunSnapshot
from appbuilder_assistants.errors import (
    DeadlineExceededError,
    Origin,
    ResponseError,
    ToolLoopError,
)

from .arguments import BadArguments, replace_halves
from .outputs import render
from .toolbox import Toolbox

if TYPE_CHECKING:
    from appbuilder_assistants.types import RunResult, ToolCall

T = TypeVar("T")


Continuation: TypeAlias = Literal["auto", "tool_output", "submit_tool_outputs"]
Output: TypeAlias = Mapping[str, str]


class RunCalls(Protocol):
    """The calls about one run, which know the parameters that it began with."""

    def start(self) -> Call[RunResult]: ...
    def stream(self) -> StreamCall: ...
    def tool_output(self, thread_id: str, output: Output) -> Call[RunResult]:
        """Continue the run with the output of one call, by a second `createRun`."""
        ...

    def stream_tool_output(self, thread_id: str, output: Output) -> StreamCall:
        """As `tool_output`, as a stream."""
        ...

    def submit(self, thread_id: str, run_id: str, outputs: list[Output]) -> Call[RunResult]: ...
    def query(self, thread_id: str, run_id: str) -> Call[RunResult]: ...
    def orphaned_run(self, retry: RetryPolicy) -> OrphanedRun:
        """The run, in case it has to be cancelled."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class LoopOptions:
    """Limits of a loop, and how it submits outputs."""

    max_rounds: int
    max_parallel: int
    continuation: Continuation

    def __post_init__(self) -> None:
        for name in ("max_rounds", "max_parallel"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ValueError(
                    f"{name}: expected a whole number from 1, got {number_text(value)}"
                )
        known = ("auto", "tool_output", "submit_tool_outputs")
        if self.continuation not in known:
            raise ValueError(f"continuation: expected one of {known}, got {self.continuation!r}")


class ToolLoop:
    """One run, from its first call to its end.

    `orphaned_run` is the run, as far as it is known. A loop that ends early cancels it, so that no
    run waits for tools that will not be called.
    """

    def __init__(
        self, calls: RunCalls, tools: Toolbox, options: LoopOptions, retry: RetryPolicy
    ) -> None:
        self.rounds = 0
        self._calls = calls
        self._tools = tools
        self._options = options
        self._retry = retry
        self._ready: dict[str, str] = {}  # outputs to submit, by the call's id
        self._submitted: set[str] = set()
        self.orphaned_run = calls.orphaned_run(retry)

    def whole(self) -> Flow[RunResult]:
        """Carry the run to its end in one call, and return it however it ended."""
        try:
            run = yield from self._ask(self._calls.start(), self.orphaned_run.progress)
            while True:
                self.orphaned_run.set_ids(run.thread_id, run.id)
                if not is_working(run) and run.status != "requires_action":
                    return run
                if not (is_id(run.thread_id) and is_id(run.id)):
                    raise self._unreadable(run.id)
                if is_working(run):
                    query = self._calls.query(run.thread_id, run.id)
                    run = yield from self._named(poll_run(query, retry=self._retry))
                else:
                    run = yield from self._submit(run)
        except GeneratorExit:
            raise
        except BaseException as error:
            yield from cancel_after(error, self.orphaned_run)
            raise

    def _submit(self, run: RunResult) -> Flow[RunResult]:
        """Submit the outputs that a run waits for, or one where they do not go together."""
        calls = self._waiting_calls(run)
        yield from self._make_ready(calls, run)
        if self._one_by_one(len(calls)):
            output = self._take(calls[0].id, run.id)
            return (yield from self._ask(self._calls.tool_output(run.thread_id, output)))
        outputs = [self._take(call.id) for call in calls]
        return (yield from self._ask(self._calls.submit(run.thread_id, run.id, outputs)))

    def waits(self, event: RunEvent, snapshot: RunSnapshot) -> bool:
        """Whether the stream waits, after this event, for outputs that were not submitted yet."""
        self.orphaned_run.set_ids(snapshot.thread_id, snapshot.run_id)
        if getattr(event, "event_type", "") != "tool_calls":
            self._submitted.clear()
            return False
        return not self._submitted or any(
            call.id not in self._submitted for call in snapshot.tool_calls
        )

    def answer(self, snapshot: RunSnapshot) -> Flow[StreamCall | None]:
        """Submit the outputs that the stream waits for.

        It continues by itself, or is followed by the one that this returns.
        """
        calls = self._by_id(snapshot.tool_calls, snapshot.run_id)
        thread_id, run_id = snapshot.thread_id, snapshot.run_id
        if not (is_id(thread_id) and is_id(run_id)):
            raise self._unreadable(run_id)
        yield from self._make_ready(calls, snapshot.run)
        self._submitted.update(call.id for call in calls)
        if self._options.continuation != "tool_output":
            outputs = [self._take(call.id) for call in calls]
            yield from self._ask(self._calls.submit(thread_id, run_id, outputs))
            return None
        *others, last = (self._take(call.id, run_id) for call in calls)
        for output in others:
            yield from self._ask(self._calls.tool_output(thread_id, output))
        return self._calls.stream_tool_output(thread_id, last)

    def _one_by_one(self, waiting: int) -> bool:
        """Whether outputs are submitted by `tool_output`, one with each call.

        It is how a run that is not streamed was seen to continue, so it is the first choice; what
        the service does with one output where it waits for several is not known.
        """
        chosen = self._options.continuation
        return chosen == "tool_output" or (chosen == "auto" and waiting == 1)

    def _take(self, call_id: str, run_id: str | None = None) -> Output:
        output = {"tool_call_id": call_id, "output": self._ready.pop(call_id)}
        return output if run_id is None else {**output, "run_id": run_id}

    def _make_ready(self, calls: list[ToolCall], run: RunResult | None) -> Flow[None]:
        """Call the tools that the run asks for, unless their outputs are there already."""
        fresh = [call for call in calls if call.id not in self._ready]
        if not fresh:
            return
        if self.rounds == self._options.max_rounds:
            raise ToolLoopError(
                f"the run asks for tools once more, after max_rounds={self.rounds} rounds "
                f"(now {_names(fresh)})",
                run=run,
                rounds=self.rounds,
                origin=self._origin(),
            )
        self.rounds += 1
        jobs = []
        for call in fresh:
            try:
                jobs.append(self._job(call))
            except BadArguments as bad:
                self._ready[call.id] = _error_output(str(bad))
        if jobs:
            thread_id, run_id = self.orphaned_run.thread_id or "", self.orphaned_run.run_id or ""
            parallel = self._options.max_parallel
            results = yield RunTools(tuple(jobs), parallel, self.rounds, thread_id, run_id)
            if not isinstance(results, list):
                raise self._overdue(results, jobs)
            for job, result in zip(jobs, results, strict=True):
                failed = isinstance(result, ToolError)
                self._ready[job.call_id] = (
                    _error_output(str(result)) if failed else render(result, job.name)
                )

    def _job(self, call: ToolCall) -> Job:
        """The function to call, with its arguments. Raises BadArguments, also if there is none."""
        name: object = call.function.name if call.function else ""
        tool = self._tools.by_name.get(name) if isinstance(name, str) else None
        if tool is None:
            known = ", ".join(self._tools.by_name) or "none"
            raise BadArguments([f"unknown tool {name!r}; the tools are: {known}"])
        arguments = call.function.arguments if call.function else ""
        return Job(call.id, tool.name, tool.bind(arguments), tool.is_async, arguments)

    def _waiting_calls(self, run: RunResult) -> list[ToolCall]:
        """The calls that a run waits for. Raises ResponseError when it waits for something else."""
        action = run.required_action
        asked = action.submit_tool_outputs if action else None
        calls = (asked.tool_calls if asked else None) or []
        unanswered = [call for call in calls if not (call.function and call.function.output)]
        return self._by_id(unanswered, run.id)

    def _by_id(self, calls: Iterable[ToolCall], run_id: str | None) -> list[ToolCall]:
        """The calls, each id once. Raises ResponseError for a run that names none."""
        ids: list[tuple[object, ToolCall]] = [(call.id, call) for call in calls]
        named = {id_: call for id_, call in ids if is_id(id_)}
        if not named:
            raise self._unreadable(run_id)
        return list(named.values())

    def _unreadable(self, run_id: str | None) -> ResponseError:
        missing = "names no tool call to answer" if is_id(run_id) else "has no id that is a text"
        return ResponseError(
            f"run {replace_halves(str(run_id))} waits for an action, but {missing}",
            origin=self._origin(),
        )

    def _overdue(self, reply: object, jobs: Iterable[Job]) -> DeadlineExceededError:
        names = ", ".join(dict.fromkeys(job.name for job in jobs))
        assert isinstance(reply, NoReply)
        error = DeadlineExceededError(f"{reply.message} ({names})", origin=self._origin())
        error.run_id, error.thread_id = self.orphaned_run.run_id, self.orphaned_run.thread_id
        return error

    def _origin(self) -> Origin:
        """The origin of an error that is due to no single reply."""
        return origin(self._calls.start(), None)

    def _ask(self, call: Call[T], progress: CallProgress | None = None) -> Flow[T]:
        return self._named(make_call(call, self._retry, progress))

    def _named(self, flow: Flow[T]) -> Flow[T]:
        """As `flow`; the error of its deadline has the ids of the run."""
        try:
            return (yield from flow)
        except DeadlineExceededError as error:
            error.run_id, error.thread_id = self.orphaned_run.run_id, self.orphaned_run.thread_id
            raise


def _names(calls: Iterable[ToolCall]) -> str:
    # Values are kept as they came: a name may be no string.
    return ", ".join(f"{call.function.name}" for call in calls if call.function)


def _error_output(problem: str) -> str:
    """The output that reports a problem to the model."""
    return f"error: {replace_halves(problem)}"
