from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from appbuilder_assistants._core.limits import MAX_PARALLEL, MAX_ROUNDS
from appbuilder_assistants._operations import runs as ops

from ._caller import AsyncCaller

if TYPE_CHECKING:
    from appbuilder_assistants._settings.settings import OnDeadline
    from appbuilder_assistants._tools.loop import Continuation
    from appbuilder_assistants._tools.toolbox import AnyTool
    from appbuilder_assistants.types import (
        AssistantModelParameters,
        AssistantThread,
        AssistantUserInfo,
        AssistantUserLoc,
        Json,
        RunResult,
        ToolOutput,
    )

    from .streams.tool_run_stream import AsyncToolRunStream


class AsyncToolRuns:
    """Runs (运行) whose tool calls are answered on the way: a part of `AsyncRuns`."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def run_with_tools(
        self,
        assistant_id: str,
        thread_id: str | None = None,
        thread: AssistantThread | Json | None = None,
        model: str | None = None,
        response_format: Literal["json_object", "text"] | None = None,
        instructions: str | None = None,
        thought_instructions: str | None = None,
        chat_instructions: str | None = None,
        tools: Sequence[AnyTool] | None = None,
        metadata: Mapping[str, str] | None = None,
        tool_output: ToolOutput | Json | None = None,
        model_parameters: AssistantModelParameters | Json | None = None,
        user_info: AssistantUserInfo | Json | None = None,
        user_loc: AssistantUserLoc | Json | None = None,
        *,
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
        threads, coroutine functions as tasks (the client for threads refuses them).

        The model gets the text of a ToolError, and errors for arguments that do not fit and unknown
        tools; any other exception of a tool is raised here. After `max_rounds` rounds
        ToolLoopError is raised. Whatever is raised, no run keeps waiting on the server: it is
        cancelled, also at the deadline, whatever `on_deadline` says. If the reply that names
        the run is lost, its id is unknown: the error says so, and how to list the thread's runs.

        `continuation` says how outputs are handed over: by `tool_output`, one with each call, by
        `submit_tool_outputs`, all together, or "auto": the former for one, the latter for several.
        (createRun)
        """
        from appbuilder_assistants._tools.loop import LoopOptions, ToolLoop
        from appbuilder_assistants._tools.toolbox import atoolbox

        box = atoolbox(tools)
        request = ops.run_request(
            assistant_id=assistant_id,
            thread_id=thread_id,
            thread=thread,
            model=model,
            response_format=response_format,
            instructions=instructions,
            thought_instructions=thought_instructions,
            chat_instructions=chat_instructions,
            tools=box.described,
            metadata=metadata,
            tool_output=tool_output,
            model_parameters=model_parameters,
            user_info=user_info,
            user_loc=user_loc,
        )
        options = LoopOptions(
            max_rounds=max_rounds, max_parallel=max_parallel, continuation=continuation
        )
        caller = self._caller.within(deadline=deadline, on_deadline=on_deadline)
        run = ops.OneRun(request)
        loop = ToolLoop(run, box, options, caller.settings.retry)
        return await caller.run_with_tools(run.start(), loop.whole())

    def stream_run_with_tools(
        self,
        assistant_id: str,
        thread_id: str | None = None,
        thread: AssistantThread | Json | None = None,
        model: str | None = None,
        response_format: Literal["json_object", "text"] | None = None,
        instructions: str | None = None,
        thought_instructions: str | None = None,
        chat_instructions: str | None = None,
        tools: Sequence[AnyTool] | None = None,
        metadata: Mapping[str, str] | None = None,
        tool_output: ToolOutput | Json | None = None,
        model_parameters: AssistantModelParameters | Json | None = None,
        user_info: AssistantUserInfo | Json | None = None,
        user_loc: AssistantUserLoc | Json | None = None,
        *,
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
        follows the first. Closing it before the run's end cancels the run: nobody would answer its
        calls, so there is no other `on_exit`.  (createRun)
        """
        from appbuilder_assistants._tools.loop import LoopOptions, ToolLoop
        from appbuilder_assistants._tools.toolbox import atoolbox

        from .streams.tool_run_stream import AsyncToolRunStream

        if on_exit != "cancel":
            raise ValueError(
                f'on_exit: expected "cancel", got {on_exit!r}: a stream with tools that is closed '
                "early cancels its run, as nobody would answer its tool calls"
            )
        box = atoolbox(tools)
        request = ops.run_request(
            assistant_id=assistant_id,
            thread_id=thread_id,
            thread=thread,
            model=model,
            response_format=response_format,
            instructions=instructions,
            thought_instructions=thought_instructions,
            chat_instructions=chat_instructions,
            tools=box.described,
            metadata=metadata,
            tool_output=tool_output,
            model_parameters=model_parameters,
            user_info=user_info,
            user_loc=user_loc,
        )
        options = LoopOptions(
            max_rounds=max_rounds, max_parallel=max_parallel, continuation=continuation
        )
        caller = self._caller.within(deadline=deadline, on_deadline=on_deadline)
        run = ops.OneRun(request)
        loop = ToolLoop(run, box, options, caller.settings.retry)
        return AsyncToolRunStream(caller, run.stream(), loop)
