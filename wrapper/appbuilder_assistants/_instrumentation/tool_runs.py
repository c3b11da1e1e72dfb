"""Telling the event hooks which calls and rounds a run with tools is made of."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from appbuilder_assistants.hooks import CallFinished, CallStarted, HookEvent, ToolRoundStarted

from .calls import emit, ids_of, numbers, record, request_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from appbuilder_assistants._core.calls import OperationRequest
    from appbuilder_assistants._settings import Settings
    from appbuilder_assistants.hooks import EventHook

OPERATION = "run_with_tools"
"""What the whole is called: the API has no such operation."""


class ToolRunSpan:
    """A run with tools, from its first call, which it is known by, to its end.

    What is called with its `settings` is told of as part of it. A process that was forked since its
    begin tells nothing of it.
    """

    def __init__(self, settings: Settings, call: OperationRequest) -> None:
        self._hooks = settings.event_hooks
        self._id = next(numbers)
        self._call = call
        self._begun: float | None = None
        self._process = 0
        parts = tuple(_PartOf(self._id, hook) for hook in settings.event_hooks)
        self.settings = replace(settings, event_hooks=parts)

    def begin(self) -> None:
        """Tell that it begins. Again does nothing."""
        if self._begun is None:
            self._begun = time.monotonic()
            self._process = os.getpid()
            ids = ids_of(self._call.request.body)
            gateway = self.settings.base_url
            emit(self._hooks, CallStarted(self._id, OPERATION, "", "", ids, gateway))
            redactor = self.settings.redactor
            record(self._hooks, self._id, "request", lambda: request_text(self._call), redactor)

    def record_output(self, messages: Mapping[str, str]) -> None:
        """Emit the text of the run's messages."""
        if messages and self._begun is not None and self._process == os.getpid():
            text, redactor = "\n".join(messages.values()), self.settings.redactor
            record(self._hooks, self._id, "output", lambda: text, redactor)

    def finish(self, result: object = None, error: BaseException | None = None) -> None:
        """Tell that it is over, if it has begun. Again does nothing."""
        if self._begun is not None and self._process == os.getpid():
            hooks, self._hooks = self._hooks, ()
            seconds = time.monotonic() - self._begun
            emit(hooks, CallFinished(self._id, OPERATION, seconds, result, error))


class _PartOf:
    """A hook that is told of calls and rounds as parts of a run."""

    def __init__(self, run_id: int, hook: EventHook) -> None:
        self._run_id = run_id
        self._hook = hook
        self.captures_content = getattr(hook, "captures_content", False)

    def __call__(self, event: HookEvent) -> None:
        if isinstance(event, (CallStarted, ToolRoundStarted)):
            event = replace(event, parent_id=self._run_id)
        self._hook(event)

    def __repr__(self) -> str:
        return repr(self._hook)
