from __future__ import annotations

from typing import TYPE_CHECKING

from appbuilder_assistants import _run_calls as run_calls
from appbuilder_assistants._core.limits import FIRST_POLL_DELAY, MAX_POLL_DELAY
from appbuilder_assistants._operations import runs as ops

from .tool_runs import AsyncToolRuns

if TYPE_CHECKING:
    from appbuilder_assistants._core.runs.orphaned_runs import OnExit
    from appbuilder_assistants._run_calls import Body
    from appbuilder_assistants._settings.settings import OnDeadline
    from appbuilder_assistants.types import RunResult

    from .streams.handlers import AsyncAssistantEventHandler, AsyncAssistantStreamManager
    from .streams.run_stream import AsyncRunStream


class AsyncRunMethods(AsyncToolRuns):
    """The methods of runs that wait, stream or cancel: `AsyncRuns` derives from it.

    Those that take a `body` are public there, with the parameters of the request in its place.
    """

    async def _run(
        self,
        body: Body,
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
        `stream_run` names a new one, too. Raises ValueError without a thread.

        Args:
            deadline: Seconds that the whole call may take; None for the client's deadline.
            on_deadline: `cancel` cancels the run when the deadline passes, `raise` does not; None
                as the client is set.

        (createRun)
        """
        caller = self._caller.within(deadline=deadline, on_deadline=on_deadline)
        return await caller.run_or_cancel(
            run_calls.run(body), run_calls.orphaned_run(body, retry=caller.settings.retry)
        )

    def _stream_run(
        self,
        body: Body,
        *,
        deadline: float | None = None,
        on_deadline: OnDeadline | None = None,
        on_exit: OnExit = "close",
    ) -> AsyncRunStream:
        """The events of a run as it happens, with the parameters of `run`.

        Nothing is sent until the stream is entered or iterated. At the event type `tool_calls`
        the run waits, and the stream with it, for `submit_tool_outputs`. Silence of 600 seconds
        breaks it, and so does its `deadline`, in seconds. The run continues when the stream is
        closed early; `on_exit="cancel"` cancels it then, whatever closes it.

        Args:
            deadline: Seconds that the whole call may take; None for the client's deadline.
            on_deadline: `cancel` cancels the run when the deadline passes, `raise` does not; None
                as the client is set.
            on_exit: `cancel` cancels the run when the stream is closed early, `close` does not.

        (createRun)
        """
        from .streams.run_stream import AsyncRunStream

        caller = self._caller.within(deadline=deadline, on_deadline=on_deadline)
        return AsyncRunStream(
            caller,
            run_calls.stream_run(body),
            run_calls.orphaned_run(body, retry=caller.settings.retry),
            on_exit,
        )

    def _stream_run_with_handler(
        self,
        body: Body,
        event_handler: AsyncAssistantEventHandler | None = None,
        *,
        deadline: float | None = None,
        on_deadline: OnDeadline | None = None,
        on_exit: OnExit = "close",
    ) -> AsyncAssistantStreamManager:
        """The events of a run, passed to a handler: `stream_run` the other way round.

        Nothing is sent until the returned manager is entered, iterated or asked for `until_done`,
        with or without a `with` block. An exception of the handler reaches the caller and closes
        the connection.

        Args:
            event_handler: Its methods get the events; None for none.
            deadline: Seconds that the whole call may take; None for the client's deadline.
            on_deadline: `cancel` cancels the run when the deadline passes, `raise` does not; None
                as the client is set.
            on_exit: `cancel` cancels the run when the stream is closed early, `close` does not.

        (createRun)
        """
        from .streams.handlers import AsyncAssistantStreamManager

        stream = self._stream_run(body, deadline=deadline, on_deadline=on_deadline, on_exit=on_exit)
        return AsyncAssistantStreamManager(stream, event_handler)

    async def _submit_tool_outputs(
        self,
        body: Body,
        *,
        deadline: float | None = None,
        on_deadline: OnDeadline | None = None,
    ) -> RunResult:
        """Give a waiting run the outputs of its tool calls, at least one.

        With a stream of the run open, the run continues there. Never repeated after a lost reply.
        `deadline` and `on_deadline` as for `run`.

        Args:
            deadline: Seconds that the whole call may take; None for the client's deadline.
            on_deadline: `cancel` cancels the run when the deadline passes, `raise` does not; None
                as the client is set.

        (submitToolOutputs)
        """
        caller = self._caller.within(deadline=deadline, on_deadline=on_deadline)
        orphaned_run = run_calls.known_run(
            thread_id=body["thread_id"], run_id=body["run_id"], retry=caller.settings.retry
        )
        return await caller.run_or_cancel(ops.SUBMIT_TOOL_OUTPUTS.call(body), orphaned_run)

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
        orphaned_run = run_calls.known_run(
            thread_id=thread_id, run_id=run_id, retry=caller.settings.retry
        )
        return await caller.carry_or_cancel(flow, orphaned_run)
