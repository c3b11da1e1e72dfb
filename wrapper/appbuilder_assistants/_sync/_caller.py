# Written by scripts/unasync.py from _async/_caller.py; do not edit.

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar, cast

from appbuilder_assistants._core.calls import Flow, Outcome, Reply, Target
from appbuilder_assistants._core.flows import (
    NO_VALUE,
    CallProgress,
    Read,
    instrumented,
    make_call,
    open_stream,
    read_raw,
    save_file,
    value_of,
)
from appbuilder_assistants._core.limits import RECONCILE_SECONDS
from appbuilder_assistants._core.requests import Call, FileCall, StreamCall
from appbuilder_assistants._core.responses.decode import parse
from appbuilder_assistants._driver import (
    deadline_of,
    drive,
    finish,
    first_attempt,
    is_past,
    sooner,
)
from appbuilder_assistants._instrumentation.emitter import is_observed
from appbuilder_assistants.errors import StreamInterruptedError

if TYPE_CHECKING:
    from typing_extensions import Self

    from appbuilder_assistants._core.pages import Page
    from appbuilder_assistants._core.responses.raw import RawResponse
    from appbuilder_assistants._core.runs.orphaned_runs import OrphanedRun
    from appbuilder_assistants._core.streams.events import Break
    from appbuilder_assistants._core.streams.reconcile import LookUps
    from appbuilder_assistants._instrumentation.spans import ToolRunSpan
    from appbuilder_assistants._settings.settings import OnDeadline, Settings, Timeout
    from appbuilder_assistants._snapshot import RunSnapshot
    from appbuilder_assistants._transport.pool import Pool
    from appbuilder_assistants.types import StreamRunMessage

P = ParamSpec("P")
T = TypeVar("T")


class Caller:
    """Carries calls out with one client's connections and settings. Shared by its resources."""

    _read: Read = staticmethod(parse)

    def __init__(self, pool: Pool, settings: Settings, run_span: ToolRunSpan | None = None) -> None:
        """`run_span` is the span of the run with tools that these calls belong to."""
        self.pool = pool
        self.settings = settings
        self._run_span = run_span

    def run(self, call: Call[T], deadline: float | None = None) -> T:
        """The value of a call. An ordinary success that nothing observes needs no flow."""
        if self.settings.limiter.rate is not None or is_observed(self.settings):
            return self.carry_out(self._flow(call), deadline)
        deadline = deadline_of(self.settings) if deadline is None else deadline
        outcome = first_attempt(call, self.pool.transport, self.settings, deadline)
        value: Any = value_of(call, outcome, self._read)
        if value is NO_VALUE:
            value = self.carry_out(self._flow(call, first=outcome), deadline)
        return cast(T, value)

    def run_or_cancel(self, call: Call[T], orphaned_run: OrphanedRun) -> T:
        """As `run`, for a call that carries a run."""
        if not self.settings.cancels_overdue_runs:
            return self.run(call)
        return self.carry_or_cancel(self._flow(call, orphaned_run.progress), orphaned_run)

    def carry_or_cancel(self, flow: Flow[T], orphaned_run: OrphanedRun) -> T:
        """Carry a flow out; if so asked, cancel the orphaned run at its deadline."""
        if self.settings.cancels_overdue_runs:
            from appbuilder_assistants._core.runs.orphaned_runs import cancelling

            flow = cancelling(flow, orphaned_run)
        return self.carry_out(flow)

    def open(self, call: StreamCall, deadline: float | None, progress: CallProgress) -> Reply:
        flow = open_stream(call, retry=self.settings.retry, progress=progress)
        return self.carry_out(instrumented(call, flow, streaming=True), deadline)

    def reconcile(
        self,
        call: StreamCall,
        snapshot: RunSnapshot,
        broken: Break,
        look_ups: LookUps,
        deadline: float | None,
    ) -> list[StreamRunMessage]:
        """Carry out the flow of this name, within a few seconds and by `deadline`."""
        from appbuilder_assistants._core.streams.reconcile import reconcile, too_late

        flow = reconcile(call, snapshot, broken, look_ups, retry=self.settings.retry)
        try:
            return self.carry_out(flow, sooner(deadline, RECONCILE_SECONDS))
        except StreamInterruptedError as error:
            if is_past(deadline):
                raise too_late(call, error) from error
            raise

    def save(self, call: FileCall, target: Target[T], timeout: Timeout) -> T:
        caller = self if timeout is None else self.within(timeout=timeout)
        flow = save_file(call, target, retry=self.settings.retry)
        return caller.carry_out(instrumented(call, flow))

    def carry_out(self, flow: Flow[T], deadline: float | None = None) -> T:
        """By `deadline`, or within the deadline from now."""
        from appbuilder_assistants._instrumentation.spans import part_of

        with part_of(self._run_span):
            return drive(flow, self.pool.transport, self.settings, deadline)

    def run_with_tools(self, call: Call[T], flow: Flow[T]) -> T:
        """Carry out a flow of several calls, of which this is the first, as one run."""
        from appbuilder_assistants._instrumentation.calls import Instrumentation
        from appbuilder_assistants._instrumentation.spans import ToolRunSpan

        with ToolRunSpan(Instrumentation(self.settings), call) as span:
            run = self.within_run(span).carry_out(flow)
            span.result = run
            return run

    def within_run(self, span: ToolRunSpan) -> Self:
        """The same caller for the calls of a run with tools."""
        return type(self)(self.pool, self.settings, span)

    def finish(self, flow: Flow[T]) -> T:
        """Carry out a flow that cleans up, within the time that it gives itself."""
        from appbuilder_assistants._instrumentation.spans import part_of

        with part_of(self._run_span):
            return finish(flow, self.pool, self.settings)

    def within(
        self,
        *,
        timeout: Timeout = None,
        deadline: float | None = None,
        on_deadline: OnDeadline | None = None,
    ) -> Caller:
        """The same caller for one call with other limits; None keeps a limit."""
        given = {"timeout": timeout, "deadline": deadline, "on_deadline": on_deadline}
        changes: dict[str, Any] = {name: v for name, v in given.items() if v is not None}
        return type(self)(self.pool, replace(self.settings, **changes)) if changes else self

    def _flow(
        self, call: Call[T], progress: CallProgress | None = None, first: Outcome = None
    ) -> Flow[T]:
        return make_call(call, self.settings.retry, progress, self._read, first)

    def each(
        self,
        page_within: Callable[[str | None, str | None], Call[Page[T]]],
        after: str | None,
        before: str | None,
        order: Literal["asc", "desc"] | None,
    ) -> Iterator[T]:
        """Every item of a list; each page is fetched when it is needed.

        `page_within` makes the call for the page between two bounds.
        """
        from appbuilder_assistants._core.pages import Cursor

        cursor = Cursor(
            after or None,
            before or None,
            newest_first=order != "asc",
            redactor=self.settings.redactor,
        )
        while cursor.more:
            call = page_within(cursor.after, cursor.before)
            for item in cursor.move(self.run(call)):
                yield item
                del item  # a traceback may be shown with its variables
            cursor.check(call)


class RawCaller(Caller):
    """Returns unprocessed responses, each with the object read from it."""

    _read = staticmethod(read_raw)


class Resource:
    """A resource: its methods make calls and have the client's caller carry them out."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller


def raw(method: Callable[P, T]) -> Callable[P, RawResponse[T]]:
    """The same method with the type that it has when its caller is an RawCaller."""
    same: Any = method
    return cast("Callable[P, RawResponse[T]]", same)
