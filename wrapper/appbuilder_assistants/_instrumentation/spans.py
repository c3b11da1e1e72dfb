"""Spans of calls and of runs with tools, which are the parents of the calls within them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from appbuilder_assistants._core.requests import OperationRequest
    from appbuilder_assistants.hooks import CallStarted

    from .emitter import Emitter

RUN_WITH_TOOLS = "run_with_tools"
"""The operation of a run with tools as a whole: the API has no such operation."""

_IDS = ("assistant_id", "thread_id", "run_id", "step_id", "message_id", "file_id", "model", "name")
call_ids = count(1)
parent_id: ContextVar[int | None] = ContextVar("appbuilder_parent_id", default=None)


class CallSpan:
    """One call of an operation, with its retries and the stream that it opens.

    Emits its start and its end once each. A process that was forked in between emits no end.
    """

    def __init__(self, emitter: Emitter, call: OperationRequest) -> None:
        self.call_id = next(call_ids)
        self.result: object = None
        self._emitter = emitter
        self._call = call
        self._operation = ""
        self._process: int | None = None
        self._begun = 0.0
        self._has_event = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.finish(error)

    def start(self) -> None:
        """Emit that it begins. Again does nothing."""
        if self._process is not None or not self._emitter.hooks:
            return
        self._process, self._begun = os.getpid(), time.monotonic()
        body = self._call.request.body
        text = body if isinstance(body, bytes) else b""
        event = self._started(_ids_of(text))
        self._operation = event.operation
        self._emitter.emit(event)
        self._emitter.record(self.call_id, "request", lambda: text.decode(errors="replace"))

    def first_event(self) -> None:
        """Emit that the stream's first event has come. Again does nothing."""
        if self._is_open() and not self._has_event:
            from appbuilder_assistants.hooks import FirstEventReceived

            self._has_event = True
            seconds = time.monotonic() - self._begun
            event = FirstEventReceived(self.call_id, self._operation, seconds)
            self._emitter.emit(event)

    def finish(self, error: BaseException | None = None, output: Mapping[str, str] = {}) -> None:
        """Emit the text of a run's messages, if there are any, and the end. Again does nothing."""
        if self._is_open():
            from appbuilder_assistants.hooks import CallFinished

            self._process = 0
            if output:
                text = "\n".join(output.values())
                self._emitter.record(self.call_id, "output", lambda: text)
            seconds = time.monotonic() - self._begun
            event = CallFinished(self.call_id, self._operation, seconds, self.result, error)
            self._emitter.emit(event)

    def _is_open(self) -> bool:
        return self._process == os.getpid()

    def _started(self, ids: Mapping[str, str]) -> CallStarted:
        from appbuilder_assistants.hooks import CallStarted

        call, url = self._call, self._emitter.gateway_url
        method, path = call.request.method, call.request.path
        return CallStarted(self.call_id, call.operation, method, path, ids, url, parent_id.get())


class ToolRunSpan(CallSpan):
    """A run with tools; its ids and its content are those of its first call."""

    def _started(self, ids: Mapping[str, str]) -> CallStarted:
        from dataclasses import replace

        first = super()._started(ids)
        return replace(first, operation=RUN_WITH_TOOLS, method="", path="", parent_id=None)


@contextmanager
def part_of(run: ToolRunSpan | None) -> Iterator[None]:
    """Make a run with tools the parent of the calls and rounds that begin meanwhile."""
    token = parent_id.set(run.call_id if run else None)
    try:
        yield
    finally:
        parent_id.reset(token)


def _ids_of(body: bytes) -> Mapping[str, str]:
    """The ids and names in a JSON request, without anything else that people wrote."""
    fields = json.loads(body) if body else {}
    output = fields.get("tool_output")
    if isinstance(output, dict) and "run_id" in output:  # the call continues this run
        fields = {**fields, "run_id": output["run_id"]}
    return {name: fields[name] for name in _IDS if isinstance(fields.get(name), str)}
