"""The only place where a step becomes I/O: once for threads, once for asyncio."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar, cast

from ._core.calls import (
    Begin,
    End,
    Flow,
    Grace,
    NoReply,
    Outcome,
    RateChanged,
    Reply,
    RunTools,
    Save,
    Send,
    Sleep,
    Step,
)
from ._core.flows import first_send
from ._core.requests import OperationRequest
from ._transport.request import build_request

if TYPE_CHECKING:
    from ._settings.settings import Settings
    from ._transport.pool import AsyncPool, Pool
    from ._transport.protocols import AsyncTransport, OutgoingRequest, Transport

T = TypeVar("T")


def deadline_of(settings: Settings) -> float | None:
    """The deadline of a call that begins now, on the clock of `time.monotonic()`."""
    return None if settings.deadline is None else time.monotonic() + settings.deadline


def sooner(deadline: float | None, seconds: float) -> float:
    """The deadline, or so many seconds from now if that is sooner."""
    limit = time.monotonic() + seconds
    return limit if deadline is None else min(deadline, limit)


def is_past(deadline: float | None) -> bool:
    return deadline is not None and time.monotonic() >= deadline


def drive(
    flow: Flow[T], transport: Transport, settings: Settings, deadline: float | None = None
) -> T:
    """Carry a flow out, by `deadline` if that is given, else within the settings' deadline."""
    from ._core.rate_limit import paced

    execution = _Execution(settings, deadline)
    flow = paced(flow, settings.limiter)
    with execution.instrumentation:
        try:
            step = flow.send(None)
            while True:
                try:
                    outcome = _act(step, transport, execution)
                except BaseException as error:  # noqa: BLE001 - the flow raises it again
                    step = flow.throw(error)  # comes back only if there is something to clean up
                else:
                    step = flow.send(outcome)
        except StopIteration as stop:
            return execution.hand_over(cast(T, stop.value))


def first_attempt(
    call: OperationRequest, transport: Transport, settings: Settings, deadline: float | None
) -> Reply | NoReply:
    """The outcome of a call's first request, for a flow that begins with it where it needs one."""
    return transport.send(build_request(first_send(call), settings, transport.timeout, deadline))


def finish(flow: Flow[T], pool: Pool, settings: Settings) -> T:
    """As `drive`, for a flow that cleans up."""
    return drive(flow, pool.transport, settings)


async def adrive(
    flow: Flow[T], transport: AsyncTransport, settings: Settings, deadline: float | None = None
) -> T:
    """Carry a flow out on the running event loop."""
    from ._core.rate_limit import paced

    execution = _Execution(settings, deadline)
    flow = paced(flow, settings.limiter)
    with execution.instrumentation:
        try:
            step = flow.send(None)
        except StopIteration as stop:
            return cast(T, stop.value)
        return execution.hand_over(await _asteps(flow, step, transport, execution))


async def afirst_attempt(
    call: OperationRequest, transport: AsyncTransport, settings: Settings, deadline: float | None
) -> Reply | NoReply:
    """As `first_attempt`."""
    request = build_request(first_send(call), settings, transport.timeout, deadline)
    return await transport.send(request)


async def afinish(flow: Flow[T], pool: AsyncPool, settings: Settings) -> T:
    """As `adrive`, for a flow that cleans up: no cancellation and no closing interrupts it."""
    import asyncio

    from ._transport.cancellation import shield_to_completion

    with pool.kept_open(asyncio.ensure_future(adrive(flow, pool.transport, settings))) as work:
        return await shield_to_completion(work)


async def _asteps(flow: Flow[T], step: Step, transport: AsyncTransport, execution: _Execution) -> T:
    """Carry a flow out from this step on."""
    while True:
        try:
            outcome = await _aact(step, transport, execution)
        except BaseException as error:  # noqa: BLE001 - the flow raises it again
            step = flow.throw(error)  # comes back only if there is something to clean up
            from ._transport.cancellation import shield_to_completion

            return await shield_to_completion(_asteps(flow, step, transport, execution))
        try:
            step = flow.send(outcome)
        except StopIteration as stop:
            return cast(T, stop.value)


def _act(step: Step, transport: Transport, execution: _Execution) -> Outcome:
    """Carry out a step, and return its outcome."""
    if isinstance(step, Send):
        reply = transport.send(execution.request(step, transport))
        execution.instrumentation.attempt(step, reply)
        return reply
    if isinstance(step, Sleep):
        late = execution.too_late(step)
        if late is None:
            time.sleep(step.seconds)
        return late
    if isinstance(step, Save):
        from ._files.saving import save

        return save(step)
    if isinstance(step, RunTools):
        from ._tools.runner import run_tools

        return run_tools(step, execution.instrumentation, execution.deadline)
    execution.note(step)
    return None


async def _aact(step: Step, transport: AsyncTransport, execution: _Execution) -> Outcome:
    """As `_act`."""
    if isinstance(step, Send):
        reply = await transport.send(execution.request(step, transport))
        execution.instrumentation.attempt(step, reply)
        return reply
    if isinstance(step, Sleep):
        late = execution.too_late(step)
        if late is None:
            import asyncio

            await asyncio.sleep(step.seconds)
        return late
    if isinstance(step, Save):
        from ._files.saving import asave

        return await asave(step)
    if isinstance(step, RunTools):
        from ._tools.runner import arun_tools

        return await arun_tools(step, execution.instrumentation, execution.deadline)
    execution.note(step)
    return None


class _Execution:
    """The shared state of one flow's steps, and the steps without I/O."""

    def __init__(self, settings: Settings, deadline: float | None) -> None:
        self.settings = settings
        self.deadline = deadline_of(settings) if deadline is None else deadline
        from ._instrumentation.calls import Instrumentation

        self.instrumentation = Instrumentation(settings)

    def request(self, step: Send, transport: Transport | AsyncTransport) -> OutgoingRequest:
        return build_request(step, self.settings, transport.timeout, self.deadline)

    def too_late(self, step: Sleep) -> NoReply | None:
        """The outcome of a pause that would outlast the deadline: it is not begun."""
        self.instrumentation.pause(step)
        seconds = max(step.seconds, step.at_least)
        if self.deadline is None or time.monotonic() + seconds < self.deadline:
            return None
        message = "the deadline does not leave time for another attempt"
        return NoReply(message, reached_server=True, timed_out=True, overdue=True)

    def note(self, step: Step) -> None:
        if isinstance(step, Begin):
            self.instrumentation.begin(step.call)
        elif isinstance(step, End):
            self.instrumentation.end(step.result, step.error)
        elif isinstance(step, RateChanged):
            self.instrumentation.rate_changed(step)
        elif isinstance(step, Grace):
            self.deadline = time.monotonic() + step.seconds

    def hand_over(self, value: T) -> T:
        """Return the value; the call of an open stream ends with the stream."""
        if isinstance(value, Reply) and value.live is not None:
            value.live.call_span = self.instrumentation.hand_over()
        return value
