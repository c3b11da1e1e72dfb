from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from appbuilder_assistants._core.limits import FIRST_POLL_DELAY, MAX_POLL_DELAY
from appbuilder_assistants._operations import runs as ops

from .tool_runs import AsyncToolRuns

if TYPE_CHECKING:
    from appbuilder_assistants._core.runs.orphaned_runs import OnExit
    from appbuilder_assistants._settings.settings import OnDeadline
    from appbuilder_assistants._tools.toolbox import ToolDescription
    from appbuilder_assistants.types import (
        AssistantModelParameters,
        AssistantThread,
        AssistantUserInfo,
        AssistantUserLoc,
        Json,
        RunList,
        RunResult,
        ToolOutput,
    )

    from .steps import AsyncSteps
    from .streams.handlers import AsyncAssistantEventHandler, AsyncAssistantStreamManager
    from .streams.run_stream import AsyncRunStream


class AsyncRuns(AsyncToolRuns):
    """Runs (运行): one turn of an assistant on a thread."""

    @cached_property
    def steps(self) -> AsyncSteps:
        """Steps of runs (步骤)."""
        from .steps import AsyncSteps

        return AsyncSteps(self._caller)

    async def run(
        self,
        assistant_id: str,
        thread_id: str | None = None,
        thread: AssistantThread | Json | None = None,
        model: str | None = None,
        response_format: Literal["json_object", "text"] | None = None,
        instructions: str | None = None,
        thought_instructions: str | None = None,
        chat_instructions: str | None = None,
        tools: Sequence[ToolDescription] | None = None,
        metadata: Mapping[str, str] | None = None,
        tool_output: ToolOutput | Json | None = None,
        model_parameters: AssistantModelParameters | Json | None = None,
        user_info: AssistantUserInfo | Json | None = None,
        user_loc: AssistantUserLoc | Json | None = None,
        *,
        deadline: float | None = None,
        on_deadline: OnDeadline | None = None,
    ) -> RunResult:
        """Run an assistant and wait until the run has ended or needs a tool's output.

        `thread_id` names the thread to run on, `thread` holds a user message to append first;
        without `thread_id` a new thread is made. The context must end in a user message. A run
        that came back with `requires_action` is continued by a second call with `tool_output`.

        Waits for up to 600 seconds of silence, and for `deadline` seconds at the most. Never
        repeated when no reply came, because the run may be in progress. `on_deadline="cancel"`
        cancels a run with a known id: one that `tool_output` continues. The first event of
        `stream_run` names a new one, too. Raises ValueError without a thread.  (createRun)
        """
        request = ops.run_request(
            assistant_id=assistant_id,
            thread_id=thread_id,
            thread=thread,
            model=model,
            response_format=response_format,
            instructions=instructions,
            thought_instructions=thought_instructions,
            chat_instructions=chat_instructions,
            tools=tools,
            metadata=metadata,
            tool_output=tool_output,
            model_parameters=model_parameters,
            user_info=user_info,
            user_loc=user_loc,
        )
        caller = self._caller.within(deadline=deadline, on_deadline=on_deadline)
        return await caller.run_or_cancel(
            ops.runs_run(request), ops.orphaned_run(request, retry=caller.settings.retry)
        )

    def stream_run(
        self,
        assistant_id: str,
        thread_id: str | None = None,
        thread: AssistantThread | Json | None = None,
        model: str | None = None,
        response_format: Literal["json_object", "text"] | None = None,
        instructions: str | None = None,
        thought_instructions: str | None = None,
        chat_instructions: str | None = None,
        tools: Sequence[ToolDescription] | None = None,
        metadata: Mapping[str, str] | None = None,
        tool_output: ToolOutput | Json | None = None,
        model_parameters: AssistantModelParameters | Json | None = None,
        user_info: AssistantUserInfo | Json | None = None,
        user_loc: AssistantUserLoc | Json | None = None,
        *,
        deadline: float | None = None,
        on_deadline: OnDeadline | None = None,
        on_exit: OnExit = "close",
    ) -> AsyncRunStream:
        """The events of a run as it happens, with the parameters of `run`.

        Nothing is sent until the stream is entered or iterated. At the event type `tool_calls`
        the run waits, and the stream with it, for `submit_tool_outputs`. Silence of 600 seconds
        breaks it, and so does its `deadline`, in seconds. The run continues when the stream is
        closed early; `on_exit="cancel"` cancels it then, whatever closes it.  (createRun)
        """
        from .streams.run_stream import AsyncRunStream

        request = ops.run_request(
            assistant_id=assistant_id,
            thread_id=thread_id,
            thread=thread,
            model=model,
            response_format=response_format,
            instructions=instructions,
            thought_instructions=thought_instructions,
            chat_instructions=chat_instructions,
            tools=tools,
            metadata=metadata,
            tool_output=tool_output,
            model_parameters=model_parameters,
            user_info=user_info,
            user_loc=user_loc,
        )
        caller = self._caller.within(deadline=deadline, on_deadline=on_deadline)
        return AsyncRunStream(
            caller,
            ops.runs_stream_run(request),
            ops.orphaned_run(request, retry=caller.settings.retry),
            on_exit,
        )

    def stream_run_with_handler(
        self,
        assistant_id: str,
        thread_id: str | None = None,
        thread: AssistantThread | Json | None = None,
        model: str | None = None,
        response_format: Literal["json_object", "text"] | None = None,
        instructions: str | None = None,
        thought_instructions: str | None = None,
        chat_instructions: str | None = None,
        tools: Sequence[ToolDescription] | None = None,
        metadata: Mapping[str, str] | None = None,
        tool_output: ToolOutput | Json | None = None,
        event_handler: AsyncAssistantEventHandler | None = None,
        model_parameters: AssistantModelParameters | Json | None = None,
        user_info: AssistantUserInfo | Json | None = None,
        user_loc: AssistantUserLoc | Json | None = None,
        *,
        deadline: float | None = None,
        on_deadline: OnDeadline | None = None,
        on_exit: OnExit = "close",
    ) -> AsyncAssistantStreamManager:
        """The events of a run, passed to a handler: `stream_run` the other way round.

        Nothing is sent until the returned manager is entered, iterated or asked for `until_done`,
        with or without a `with` block. An exception of the handler reaches the caller and closes
        the connection.  (createRun)
        """
        from .streams.handlers import AsyncAssistantStreamManager

        stream = self.stream_run(
            assistant_id,
            thread_id,
            thread,
            model,
            response_format,
            instructions,
            thought_instructions,
            chat_instructions,
            tools,
            metadata,
            tool_output,
            model_parameters,
            user_info,
            user_loc,
            deadline=deadline,
            on_deadline=on_deadline,
            on_exit=on_exit,
        )
        return AsyncAssistantStreamManager(stream, event_handler)

    async def wait(
        self,
        thread_id: str,
        run_id: str,
        *,
        first_delay: float = FIRST_POLL_DELAY,
        max_delay: float = MAX_POLL_DELAY,
        deadline: float | None = None,
        on_deadline: OnDeadline | None = None,
    ) -> RunResult:
        """Look a run up until it has ended or waits for tool outputs: `status` says which.

        The pauses grow from `first_delay` to `max_delay` seconds. `deadline` is in seconds; None
        has no end. The run has no `final_answer`, even when completed.  (queryRun)
        """
        from appbuilder_assistants._core.runs.polling import PollInterval, poll_run

        caller = self._caller.within(deadline=deadline, on_deadline=on_deadline)
        query = ops.runs_query(thread_id=thread_id, run_id=run_id)
        flow = poll_run(
            query, retry=caller.settings.retry, interval=PollInterval(first_delay, max_delay)
        )
        orphaned_run = ops.known_run(
            thread_id=thread_id, run_id=run_id, retry=caller.settings.retry
        )
        return await caller.carry_or_cancel(flow, orphaned_run)

    async def submit_tool_outputs(
        self,
        run_id: str,
        thread_id: str,
        tool_outputs: Sequence[ToolOutput | Json],
        *,
        deadline: float | None = None,
        on_deadline: OnDeadline | None = None,
    ) -> RunResult:
        """Give a waiting run the outputs of its tool calls, at least one.

        With a stream of the run open, the run goes on there. Never repeated after a lost reply.
        `deadline` and `on_deadline` as for `run`.  (submitToolOutputs)
        """
        call = ops.runs_submit_tool_outputs(
            run_id=run_id, thread_id=thread_id, tool_outputs=tool_outputs
        )
        caller = self._caller.within(deadline=deadline, on_deadline=on_deadline)
        orphaned_run = ops.known_run(
            thread_id=thread_id, run_id=run_id, retry=caller.settings.retry
        )
        return await caller.run_or_cancel(call, orphaned_run)

    async def cancel(self, run_id: str, thread_id: str, sync: bool | None = None) -> RunResult:
        """Cancel a run that has not ended. Note the order: the run comes first.

        With `sync` the service answers when the run is cancelled, else at once.  (cancelRun)
        """
        return await self._caller.run(
            ops.runs_cancel(run_id=run_id, thread_id=thread_id, sync=sync)
        )

    async def list(
        self,
        thread_id: str,
        limit: int | None = None,
        order: Literal["asc", "desc"] | None = None,
        after: str | None = None,
        before: str | None = None,
    ) -> RunList:
        """One page of a thread's runs: 20 unless `limit` says otherwise, newest first.

        `after` and `before` are run ids that bound the page. The runs have no `final_answer`.
        (listRuns)
        """
        call = ops.runs_list(
            thread_id=thread_id, limit=limit, order=order, after=after, before=before
        )
        return await self._caller.run(call)

    def list_all(
        self,
        thread_id: str,
        *,
        order: Literal["asc", "desc"] | None = None,
        after: str | None = None,
        before: str | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[RunResult]:
        """Every run of a thread, newest first; a page is fetched when it is needed.

        Raises ResponseError when the pages have no end, or an item comes again.  (listRuns)
        """
        return self._caller.each(
            lambda after_, before_: ops.runs_list(
                thread_id=thread_id, limit=page_size, order=order, after=after_, before=before_
            ),
            after,
            before,
            order,
        )

    async def query(self, thread_id: str, run_id: str) -> RunResult:
        """Look a run up. It has no `final_answer`, even when completed.  (queryRun)"""
        return await self._caller.run(ops.runs_query(thread_id=thread_id, run_id=run_id))
