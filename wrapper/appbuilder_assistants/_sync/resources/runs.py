# Written by scripts/unasync.py from _async/resources/runs.py; do not edit.

# Written by `make generate` from openapi.yaml; do not edit.
"""The methods of `threads.runs`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from appbuilder_assistants._core.limits import MAX_PARALLEL, MAX_ROUNDS
from appbuilder_assistants._operations import runs as ops
from appbuilder_assistants._sync.runs import RunMethods

if TYPE_CHECKING:
    from appbuilder_assistants._core.runs.orphaned_runs import OnExit
    from appbuilder_assistants._settings.settings import OnDeadline
    from appbuilder_assistants._sync.streams.handlers import (
        AssistantEventHandler,
        AssistantStreamManager,
    )
    from appbuilder_assistants._sync.streams.run_stream import RunStream
    from appbuilder_assistants._sync.streams.tool_run_stream import ToolRunStream
    from appbuilder_assistants._tools.loop import Continuation
    from appbuilder_assistants._tools.toolbox import AnyTool, ToolDescription
    from appbuilder_assistants.types import (
        AssistantModelParameters,
        AssistantModelParametersDict,
        AssistantThread,
        AssistantThreadDict,
        AssistantUserInfo,
        AssistantUserInfoDict,
        AssistantUserLoc,
        AssistantUserLocDict,
        RunList,
        RunResult,
        ToolOutput,
        ToolOutputDict,
    )

    from .steps import Steps


class Runs(RunMethods):
    """Runs (运行): one turn of an assistant on a thread, blocking or as a stream."""

    @cached_property
    def steps(self) -> Steps:
        """Steps (步骤)."""
        from .steps import Steps

        return Steps(self._caller)

    def run(
        self,
        assistant_id: str,
        thread_id: str | None = None,
        thread: AssistantThread | AssistantThreadDict | None = None,
        model: str | None = None,
        response_format: Literal["json_object", "text"] | None = None,
        instructions: str | None = None,
        thought_instructions: str | None = None,
        chat_instructions: str | None = None,
        tools: Sequence[ToolDescription] | None = None,
        metadata: Mapping[str, str] | None = None,
        tool_output: ToolOutput | ToolOutputDict | None = None,
        model_parameters: AssistantModelParameters | AssistantModelParametersDict | None = None,
        user_info: AssistantUserInfo | AssistantUserInfoDict | None = None,
        user_loc: AssistantUserLoc | AssistantUserLocDict | None = None,
        *,
        deadline: float | None = None,
        on_deadline: OnDeadline | None = None,
    ) -> RunResult:
        """Run an assistant and wait until the run has ended or needs a tool's output.

        `thread_id` names the thread to run on, `thread` holds a user message to append first;
        without `thread_id` a new thread is made. The context must end in a user message. A run that
        came back with `requires_action` is continued by a second call with `tool_output`.

        Waits for up to 600 seconds of silence, and for `deadline` seconds at the most. Never
        repeated when no reply came, because the run may be in progress. `on_deadline="cancel"`
        cancels a run with a known id: one that `tool_output` continues. The first event of
        `stream_run` names a new one, too. Raises ValueError without a thread.

        Args:
            assistant_id: The assistant to run.
            thread_id: The thread to run on. If it is absent or empty, a new thread is created from
                `thread`.
            thread: A message to append first: `{"messages": [{"role": "user", "content": "…"}]}`.
            model: The model's name for this run. Names change over time, so any is accepted.
            response_format: The form of the answer. Defaults to `text`.
            instructions: Instead of the assistant's own, at most 4096 characters.
            thought_instructions: Instead of the assistant's own, at most 4096 characters.
            chat_instructions: Instead of the assistant's own, at most 4096 characters.
            tools: Functions the run may call, at most 10; with any, instead of the assistant's.
            metadata: At most 16 pairs; keys of at most 64 characters, values of at most 512.
            tool_output: The output with which a run in `requires_action` continues.
            model_parameters: Sampling parameters for this run.
            user_info: Information on the end user.
            user_loc: The end user's location.
            deadline: Seconds that the whole call may take; None for the client's deadline.
            on_deadline: `cancel` cancels the run when the deadline passes, `raise` does not; None
                as the client is set.

        (createRun)
        """
        body = ops.runs_run_body(
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
        return self._run(body, deadline=deadline, on_deadline=on_deadline)

    def stream_run(
        self,
        assistant_id: str,
        thread_id: str | None = None,
        thread: AssistantThread | AssistantThreadDict | None = None,
        model: str | None = None,
        response_format: Literal["json_object", "text"] | None = None,
        instructions: str | None = None,
        thought_instructions: str | None = None,
        chat_instructions: str | None = None,
        tools: Sequence[ToolDescription] | None = None,
        metadata: Mapping[str, str] | None = None,
        tool_output: ToolOutput | ToolOutputDict | None = None,
        model_parameters: AssistantModelParameters | AssistantModelParametersDict | None = None,
        user_info: AssistantUserInfo | AssistantUserInfoDict | None = None,
        user_loc: AssistantUserLoc | AssistantUserLocDict | None = None,
        *,
        deadline: float | None = None,
        on_deadline: OnDeadline | None = None,
        on_exit: OnExit = "close",
    ) -> RunStream:
        """The events of a run as it happens, with the parameters of `run`.

        Nothing is sent until the stream is entered or iterated. At the event type `tool_calls` the
        run waits, and the stream with it, for `submit_tool_outputs`. Silence of 600 seconds breaks
        it, and so does its `deadline`, in seconds. The run continues when the stream is closed
        early; `on_exit="cancel"` cancels it then, whatever closes it.

        Args:
            assistant_id: The assistant to run.
            thread_id: The thread to run on. If it is absent or empty, a new thread is created from
                `thread`.
            thread: A message to append first: `{"messages": [{"role": "user", "content": "…"}]}`.
            model: The model's name for this run. Names change over time, so any is accepted.
            response_format: The form of the answer. Defaults to `text`.
            instructions: Instead of the assistant's own, at most 4096 characters.
            thought_instructions: Instead of the assistant's own, at most 4096 characters.
            chat_instructions: Instead of the assistant's own, at most 4096 characters.
            tools: Functions the run may call, at most 10; with any, instead of the assistant's.
            metadata: At most 16 pairs; keys of at most 64 characters, values of at most 512.
            tool_output: The output with which a run in `requires_action` continues.
            model_parameters: Sampling parameters for this run.
            user_info: Information on the end user.
            user_loc: The end user's location.
            deadline: Seconds that the whole call may take; None for the client's deadline.
            on_deadline: `cancel` cancels the run when the deadline passes, `raise` does not; None
                as the client is set.
            on_exit: `cancel` cancels the run when the stream is closed early, `close` does not.

        (createRun)
        """
        body = ops.runs_run_body(
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
        return self._stream_run(body, deadline=deadline, on_deadline=on_deadline, on_exit=on_exit)

    def stream_run_with_handler(
        self,
        assistant_id: str,
        thread_id: str | None = None,
        thread: AssistantThread | AssistantThreadDict | None = None,
        model: str | None = None,
        response_format: Literal["json_object", "text"] | None = None,
        instructions: str | None = None,
        thought_instructions: str | None = None,
        chat_instructions: str | None = None,
        tools: Sequence[ToolDescription] | None = None,
        metadata: Mapping[str, str] | None = None,
        tool_output: ToolOutput | ToolOutputDict | None = None,
        event_handler: AssistantEventHandler | None = None,
        model_parameters: AssistantModelParameters | AssistantModelParametersDict | None = None,
        user_info: AssistantUserInfo | AssistantUserInfoDict | None = None,
        user_loc: AssistantUserLoc | AssistantUserLocDict | None = None,
        *,
        deadline: float | None = None,
        on_deadline: OnDeadline | None = None,
        on_exit: OnExit = "close",
    ) -> AssistantStreamManager:
        """The events of a run, passed to a handler: `stream_run` the other way round.

        Nothing is sent until the returned manager is entered, iterated or asked for `until_done`,
        with or without a `with` block. An exception of the handler reaches the caller and closes
        the connection.

        Args:
            assistant_id: The assistant to run.
            thread_id: The thread to run on. If it is absent or empty, a new thread is created from
                `thread`.
            thread: A message to append first: `{"messages": [{"role": "user", "content": "…"}]}`.
            model: The model's name for this run. Names change over time, so any is accepted.
            response_format: The form of the answer. Defaults to `text`.
            instructions: Instead of the assistant's own, at most 4096 characters.
            thought_instructions: Instead of the assistant's own, at most 4096 characters.
            chat_instructions: Instead of the assistant's own, at most 4096 characters.
            tools: Functions the run may call, at most 10; with any, instead of the assistant's.
            metadata: At most 16 pairs; keys of at most 64 characters, values of at most 512.
            tool_output: The output with which a run in `requires_action` continues.
            event_handler: Its methods get the events; None for none.
            model_parameters: Sampling parameters for this run.
            user_info: Information on the end user.
            user_loc: The end user's location.
            deadline: Seconds that the whole call may take; None for the client's deadline.
            on_deadline: `cancel` cancels the run when the deadline passes, `raise` does not; None
                as the client is set.
            on_exit: `cancel` cancels the run when the stream is closed early, `close` does not.

        (createRun)
        """
        body = ops.runs_run_body(
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
        return self._stream_run_with_handler(
            body, event_handler, deadline=deadline, on_deadline=on_deadline, on_exit=on_exit
        )

    def run_with_tools(
        self,
        assistant_id: str,
        thread_id: str | None = None,
        thread: AssistantThread | AssistantThreadDict | None = None,
        model: str | None = None,
        response_format: Literal["json_object", "text"] | None = None,
        instructions: str | None = None,
        thought_instructions: str | None = None,
        chat_instructions: str | None = None,
        tools: Sequence[AnyTool] | None = None,
        metadata: Mapping[str, str] | None = None,
        tool_output: ToolOutput | ToolOutputDict | None = None,
        model_parameters: AssistantModelParameters | AssistantModelParametersDict | None = None,
        user_info: AssistantUserInfo | AssistantUserInfoDict | None = None,
        user_loc: AssistantUserLoc | AssistantUserLocDict | None = None,
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
        together are called together, at most `max_parallel` at a time: plain functions in threads,
        coroutine functions as tasks (AppBuilder refuses them).

        The model gets the text of a ToolError, and errors for arguments that do not fit and unknown
        tools; any other exception of a tool is raised here. After `max_rounds` rounds ToolLoopError
        is raised. After any error no run keeps waiting on the server: it is cancelled, also at the
        deadline, whatever `on_deadline` says. If the reply that names the run is lost, its id is
        unknown: the error says so, and how to list the thread's runs.

        `continuation` says how outputs are handed over: by `tool_output`, one with each call, by
        `submit_tool_outputs`, all together, or "auto": the former for one, the latter for several.

        Args:
            assistant_id: The assistant to run.
            thread_id: The thread to run on. If it is absent or empty, a new thread is created from
                `thread`.
            thread: A message to append first: `{"messages": [{"role": "user", "content": "…"}]}`.
            model: The model's name for this run. Names change over time, so any is accepted.
            response_format: The form of the answer. Defaults to `text`.
            instructions: Instead of the assistant's own, at most 4096 characters.
            thought_instructions: Instead of the assistant's own, at most 4096 characters.
            chat_instructions: Instead of the assistant's own, at most 4096 characters.
            tools: The functions that the run may call, and descriptions of some.
            metadata: At most 16 pairs; keys of at most 64 characters, values of at most 512.
            tool_output: The output with which a run in `requires_action` continues.
            model_parameters: Sampling parameters for this run.
            user_info: Information on the end user.
            user_loc: The end user's location.
            max_rounds: After so many rounds of tool calls ToolLoopError is raised.
            max_parallel: So many functions are called at a time.
            continuation: How outputs are handed over.
            deadline: Seconds that the whole call may take; None for the client's deadline.
            on_deadline: `cancel` cancels the run when the deadline passes, `raise` does not; None
                as the client is set.

        (createRun)
        """
        body = ops.runs_run_body(
            assistant_id=assistant_id,
            thread_id=thread_id,
            thread=thread,
            model=model,
            response_format=response_format,
            instructions=instructions,
            thought_instructions=thought_instructions,
            chat_instructions=chat_instructions,
            metadata=metadata,
            tool_output=tool_output,
            model_parameters=model_parameters,
            user_info=user_info,
            user_loc=user_loc,
        )
        return self._run_with_tools(
            body,
            tools=tools,
            max_rounds=max_rounds,
            max_parallel=max_parallel,
            continuation=continuation,
            deadline=deadline,
            on_deadline=on_deadline,
        )

    def stream_run_with_tools(
        self,
        assistant_id: str,
        thread_id: str | None = None,
        thread: AssistantThread | AssistantThreadDict | None = None,
        model: str | None = None,
        response_format: Literal["json_object", "text"] | None = None,
        instructions: str | None = None,
        thought_instructions: str | None = None,
        chat_instructions: str | None = None,
        tools: Sequence[AnyTool] | None = None,
        metadata: Mapping[str, str] | None = None,
        tool_output: ToolOutput | ToolOutputDict | None = None,
        model_parameters: AssistantModelParameters | AssistantModelParametersDict | None = None,
        user_info: AssistantUserInfo | AssistantUserInfoDict | None = None,
        user_loc: AssistantUserLoc | AssistantUserLocDict | None = None,
        *,
        max_rounds: int = MAX_ROUNDS,
        max_parallel: int = MAX_PARALLEL,
        continuation: Continuation = "auto",
        deadline: float | None = None,
        on_deadline: OnDeadline | None = None,
        on_exit: Literal["cancel"] = "cancel",
    ) -> ToolRunStream:
        """The events of a run, whose tool calls are answered on the way: see `run_with_tools`.

        Nothing is sent until the stream is entered or iterated. The outputs go by another
        connection while the stream stays open; with `continuation="tool_output"`, another stream
        follows the first. Closing it before the run's end cancels the run, as its calls would not
        be answered, so there is no other `on_exit`.

        Args:
            assistant_id: The assistant to run.
            thread_id: The thread to run on. If it is absent or empty, a new thread is created from
                `thread`.
            thread: A message to append first: `{"messages": [{"role": "user", "content": "…"}]}`.
            model: The model's name for this run. Names change over time, so any is accepted.
            response_format: The form of the answer. Defaults to `text`.
            instructions: Instead of the assistant's own, at most 4096 characters.
            thought_instructions: Instead of the assistant's own, at most 4096 characters.
            chat_instructions: Instead of the assistant's own, at most 4096 characters.
            tools: The functions that the run may call, and descriptions of some.
            metadata: At most 16 pairs; keys of at most 64 characters, values of at most 512.
            tool_output: The output with which a run in `requires_action` continues.
            model_parameters: Sampling parameters for this run.
            user_info: Information on the end user.
            user_loc: The end user's location.
            max_rounds: After so many rounds of tool calls ToolLoopError is raised.
            max_parallel: So many functions are called at a time.
            continuation: How outputs are handed over.
            deadline: Seconds that the whole call may take; None for the client's deadline.
            on_deadline: `cancel` cancels the run when the deadline passes, `raise` does not; None
                as the client is set.
            on_exit: `cancel`: the run is cancelled when the stream is closed early.

        (createRun)
        """
        body = ops.runs_run_body(
            assistant_id=assistant_id,
            thread_id=thread_id,
            thread=thread,
            model=model,
            response_format=response_format,
            instructions=instructions,
            thought_instructions=thought_instructions,
            chat_instructions=chat_instructions,
            metadata=metadata,
            tool_output=tool_output,
            model_parameters=model_parameters,
            user_info=user_info,
            user_loc=user_loc,
        )
        return self._stream_run_with_tools(
            body,
            tools=tools,
            max_rounds=max_rounds,
            max_parallel=max_parallel,
            continuation=continuation,
            deadline=deadline,
            on_deadline=on_deadline,
            on_exit=on_exit,
        )

    def submit_tool_outputs(
        self,
        run_id: str,
        thread_id: str,
        tool_outputs: Sequence[ToolOutput | ToolOutputDict],
        *,
        deadline: float | None = None,
        on_deadline: OnDeadline | None = None,
    ) -> RunResult:
        """Give a waiting run the outputs of its tool calls, at least one.

        With a stream of the run open, the run continues there. Never repeated after a lost reply.
        `deadline` and `on_deadline` as for `run`.

        Args:
            run_id: The run that waits.
            thread_id: The run's thread.
            tool_outputs: One output for each call the run waits for, at least one.
            deadline: Seconds that the whole call may take; None for the client's deadline.
            on_deadline: `cancel` cancels the run when the deadline passes, `raise` does not; None
                as the client is set.

        (submitToolOutputs)
        """
        body = ops.runs_submit_tool_outputs_body(
            thread_id=thread_id, run_id=run_id, tool_outputs=tool_outputs
        )
        return self._submit_tool_outputs(body, deadline=deadline, on_deadline=on_deadline)

    def cancel(self, run_id: str, thread_id: str, sync: bool | None = None) -> RunResult:
        """Cancel a run that has not ended. Note the order: the run comes first.

        With `sync` the service answers when the run is cancelled, else at once.

        Args:
            run_id: The run to cancel.
            thread_id: The run's thread.
            sync: Whether to respond only when the run has ended. Defaults to `false`.

        (cancelRun)
        """
        return self._caller.run(ops.runs_cancel(run_id=run_id, thread_id=thread_id, sync=sync))

    def list(
        self,
        thread_id: str,
        limit: int | None = None,
        order: Literal["asc", "desc"] | None = None,
        after: str | None = None,
        before: str | None = None,
    ) -> RunList:
        """One page of a thread's runs: 20 unless `limit` says otherwise, newest first.

        `after` and `before` are run ids that bound the page. The runs have no `final_answer`.

        Args:
            thread_id: The thread of the runs to list.
            limit: The maximum number of items. Defaults to 20. The bounds here are our choice: the
                largest value that the server accepts is not known, and the official client sends
                2147483647 in one place.
            order: By creation, newest first (`desc`) or oldest first (`asc`). Defaults to `desc`.
            after: An id that bounds the page; empty counts as absent. Its meaning is not known.
                Either the page begins behind it in the order of the listing, or it holds the items
                created after it: every comment of the official client that explains `after` says
                "created after". In the default order `desc` the two are opposites, so only `asc`
                pages alike under both.
            before: An id that bounds the page at its other end, with the same uncertainty; empty
                counts as absent.

        (listRuns)
        """
        return self._caller.run(
            ops.runs_list(thread_id=thread_id, limit=limit, order=order, after=after, before=before)
        )

    def list_all(
        self,
        thread_id: str,
        *,
        order: Literal["asc", "desc"] | None = None,
        after: str | None = None,
        before: str | None = None,
        page_size: int | None = None,
    ) -> Iterator[RunResult]:
        """Every run of a thread, newest first; a page is fetched when it is needed.

        Raises ResponseError when the pages have no end, or an item comes again.

        Args:
            thread_id: The thread of the runs to list.
            order: By creation, newest first (`desc`) or oldest first (`asc`). Defaults to `desc`.
            after: An id that bounds the page; empty counts as absent. Its meaning is not known.
                Either the page begins behind it in the order of the listing, or it holds the items
                created after it: every comment of the official client that explains `after` says
                "created after". In the default order `desc` the two are opposites, so only `asc`
                pages alike under both.
            before: An id that bounds the page at its other end, with the same uncertainty; empty
                counts as absent.
            page_size: The `limit` of each page.

        (listRuns)
        """
        return self._caller.each(
            lambda after_, before_: ops.runs_list(
                thread_id=thread_id, limit=page_size, order=order, after=after_, before=before_
            ),
            after,
            before,
            order,
        )

    def query(self, thread_id: str, run_id: str) -> RunResult:
        """Look a run up. It has no `final_answer`, even when completed.

        Args:
            thread_id: The run's thread.
            run_id: The run.

        (queryRun)
        """
        return self._caller.run(ops.runs_query(thread_id=thread_id, run_id=run_id))
