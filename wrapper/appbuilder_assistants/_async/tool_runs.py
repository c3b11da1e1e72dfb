from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from appbuilder_assistants._core.limits import MAX_PARALLEL, MAX_ROUNDS
from appbuilder_assistants._run_calls import OneRun

from ._caller import AsyncResource

if TYPE_CHECKING:
    from appbuilder_assistants._run_calls import Body
    from appbuilder_assistants._settings.settings import OnDeadline
    from appbuilder_assistants._tools.loop import Continuation
    from appbuilder_assistants._tools.toolbox import AnyTool
    from appbuilder_assistants.types import RunResult

    from .streams.tool_run_stream import AsyncToolRunStream


class AsyncToolRuns(AsyncResource):
    """Runs (运行) whose tool calls are answered on the way: a part of `AsyncRuns`."""

    async def _run_with_tools(
        self,
        body: Body,
        *,
        tools: Sequence[AnyTool] | None = None,
        max_rounds: int = MAX_ROUNDS,
        max_parallel: int = MAX_PARALLEL,
        continuation: Continuation = "auto",
        deadline: float | None = None,
        on_deadline: OnDeadline | None = None,
    ) -> RunResult:
        """Run an assistant to the end, calling the functions that it asks for on the way.

        The parameters are those of `run`, but `tools` are functions: made by `tool`, or any that
        are typed. A plain description may stand beside the function of its name. Those asked for
        together are called together, at most `max_parallel` at a time: plain functions in
        threads, coroutine functions as tasks (AppBuilder refuses them).

        The model gets the text of a ToolError, and errors for arguments that do not fit and unknown
        tools; any other exception of a tool is raised here. After `max_rounds` rounds
        ToolLoopError is raised. After any error no run keeps waiting on the server: it is
        cancelled, also at the deadline, whatever `on_deadline` says. If the reply that names
        the run is lost, its id is unknown: the error says so, and how to list the thread's runs.

        `continuation` says how outputs are handed over: by `tool_output`, one with each call, by
        `submit_tool_outputs`, all together, or "auto": the former for one, the latter for several.

        Args:
            tools: The functions that the run may call, and descriptions of some.
            max_rounds: After so many rounds of tool calls ToolLoopError is raised.
            max_parallel: So many functions are called at a time.
            continuation: How outputs are handed over.
            deadline: Seconds that the whole call may take; None for the client's deadline.
            on_deadline: `cancel` cancels the run when the deadline passes, `raise` does not; None
                as the client is set.

        (createRun)
        """
        from appbuilder_assistants._tools.loop import LoopOptions, ToolLoop
        from appbuilder_assistants._tools.toolbox import atoolbox

        box = atoolbox(tools)
        body = {**body, "tools": box.described}
        options = LoopOptions(
            max_rounds=max_rounds, max_parallel=max_parallel, continuation=continuation
        )
        caller = self._caller.within(deadline=deadline, on_deadline=on_deadline)
        run = OneRun(body)
        loop = ToolLoop(run, box, options, caller.settings.retry)
        return await caller.run_with_tools(run.start(), loop.whole())

    def _stream_run_with_tools(
        self,
        body: Body,
        *,
        tools: Sequence[AnyTool] | None = None,
        max_rounds: int = MAX_ROUNDS,
        max_parallel: int = MAX_PARALLEL,
        continuation: Continuation = "auto",
        deadline: float | None = None,
        on_deadline: OnDeadline | None = None,
        on_exit: Literal["cancel"] = "cancel",
    ) -> AsyncToolRunStream:
        """The events of a run, whose tool calls are answered on the way: see `run_with_tools`.

        Nothing is sent until the stream is entered or iterated. The outputs go by another
        connection while the stream stays open; with `continuation="tool_output"`, another stream
        follows the first. Closing it before the run's end cancels the run, as its calls would not
        be answered, so there is no other `on_exit`.

        Args:
            tools: The functions that the run may call, and descriptions of some.
            max_rounds: After so many rounds of tool calls ToolLoopError is raised.
            max_parallel: So many functions are called at a time.
            continuation: How outputs are handed over.
            deadline: Seconds that the whole call may take; None for the client's deadline.
            on_deadline: `cancel` cancels the run when the deadline passes, `raise` does not; None
                as the client is set.
            on_exit: `cancel`: the run is cancelled when the stream is closed early.

        (createRun)
        """
        from appbuilder_assistants._tools.loop import LoopOptions, ToolLoop
        from appbuilder_assistants._tools.toolbox import atoolbox

        from .streams.tool_run_stream import AsyncToolRunStream

        if on_exit != "cancel":
            raise ValueError(
                f'on_exit: expected "cancel", got {on_exit!r}: a stream with tools that is closed '
                "early cancels its run, as its tool calls would not be answered"
            )
        box = atoolbox(tools)
        body = {**body, "tools": box.described}
        options = LoopOptions(
            max_rounds=max_rounds, max_parallel=max_parallel, continuation=continuation
        )
        caller = self._caller.within(deadline=deadline, on_deadline=on_deadline)
        run = OneRun(body)
        loop = ToolLoop(run, box, options, caller.settings.retry)
        return AsyncToolRunStream(caller, run.stream(), loop)
