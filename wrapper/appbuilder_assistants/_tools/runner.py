"""Call the functions that a model asks for: in threads, and as tasks of the event loop."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from functools import partial
from threading import Thread

from appbuilder_assistants._core.calls import Job, NoReply, RunTools, ToolError
from appbuilder_assistants._core.limits import TOOL_CANCEL_SECONDS
from appbuilder_assistants._instrumentation.calls import Instrumentation, ToolRoundSpan

from .outputs import render


class _Overdue(Exception):
    """The deadline passed while tools ran."""

    def __str__(self) -> str:
        return "the deadline passed while tools ran"

    def no_reply(self) -> NoReply:
        return NoReply(str(self), reached_server=True, timed_out=True, overdue=True)


def run_tools(
    step: RunTools, instrumentation: Instrumentation, deadline: float | None
) -> list[object] | NoReply:
    """Return the result of each job, in their order: its value, or the ToolError it raised.

    After the first other exception, and after the deadline, no more are started. A thread cannot be
    stopped: one that still runs then is not waited for, and its result is dropped.
    """
    try:
        with instrumentation.round(step) as span:
            return _run_all(step, span, deadline)
    except _Overdue as error:
        return error.no_reply()


async def arun_tools(
    step: RunTools, instrumentation: Instrumentation, deadline: float | None
) -> list[object] | NoReply:
    """As `run_tools`. A plain tool runs in a thread; an `async` one here, and is cancelled."""
    try:
        with instrumentation.round(step) as span:
            return await _arun_all(step, span, deadline)
    except _Overdue as error:
        return error.no_reply()


def _run_all(step: RunTools, span: ToolRoundSpan, deadline: float | None) -> list[object]:
    waiting = deque(enumerate(step.jobs))
    running: dict[Future[object], int] = {}
    results: list[object] = [None] * len(step.jobs)
    while waiting or running:
        while waiting and len(running) < step.max_parallel:
            index, job = waiting.popleft()
            running[_in_thread(partial(_call, job, span))] = index
        done, _ = wait(running, _remaining(deadline), FIRST_COMPLETED)
        if not done:
            raise _Overdue
        for future in done:
            results[running.pop(future)] = future.result()
    return results


async def _arun_all(step: RunTools, span: ToolRoundSpan, deadline: float | None) -> list[object]:
    free = asyncio.Semaphore(step.max_parallel)

    async def run(job: Job) -> object:
        async with free:
            return await _acall(job, span)

    tasks = [asyncio.create_task(run(job)) for job in step.jobs]
    try:
        done, unfinished = await asyncio.wait(
            tasks, timeout=_remaining(deadline), return_when=asyncio.FIRST_EXCEPTION
        )
        failed = [t for t in tasks if t in done and (t.cancelled() or t.exception() is not None)]
        if unfinished and not failed:
            raise _Overdue
        return [task.result() for task in failed or tasks]
    finally:
        for task in tasks:
            task.add_done_callback(_retrieve_exception)
            task.cancel()
        await asyncio.wait(tasks, timeout=TOOL_CANCEL_SECONDS)


def _retrieve_exception(task: asyncio.Task[object]) -> None:
    """Retrieve the exception of an abandoned tool, as asyncio would log it."""
    if not task.cancelled():
        task.exception()


async def _acall(job: Job, span: ToolRoundSpan) -> object:
    if not job.is_async:
        return await asyncio.wrap_future(_in_thread(partial(_call, job, span)))
    try:
        with span.tool(job) as record:
            result: object = await job.function()
            record(partial(render, result, job.name))
            return result
    except ToolError as error:
        return error
    except GeneratorExit as error:
        raise RuntimeError(f"tool {job.name} raised GeneratorExit") from error


def _call(job: Job, span: ToolRoundSpan) -> object:
    try:
        with span.tool(job) as record:
            result = job.function()
            if inspect.isawaitable(result):
                if inspect.iscoroutine(result):
                    result.close()
                raise TypeError(
                    f"tool {job.name}: it returned something that has to be awaited; make the tool "
                    "of an `async def` function, for AsyncAppBuilder"
                )
            record(partial(render, result, job.name))
            return result
    except ToolError as error:
        return error
    except (StopIteration, GeneratorExit) as error:
        # A future cannot carry the first, and the second would end the flow without a cancel.
        raise RuntimeError(f"tool {job.name} raised {type(error).__name__}") from error


def _in_thread(work: Callable[[], object]) -> Future[object]:
    """Start the work in a thread of its own, with the context variables of this one.

    Not in a pool: Python waits for a pool's threads before it exits, and a tool that hangs must not
    keep a program from exiting after its call has given up on it.
    """
    future: Future[object] = Future()
    future.set_running_or_notify_cancel()
    context = contextvars.copy_context()

    def run() -> None:
        try:
            result = context.run(work)
        except BaseException as error:  # noqa: BLE001 - raised where the result is read
            future.set_exception(error)
        else:
            future.set_result(result)

    Thread(target=run, name="appbuilder-tool", daemon=True).start()
    return future


def _remaining(deadline: float | None) -> float | None:
    return None if deadline is None else max(deadline - time.monotonic(), 0.0)
