"""Emitting events: to the hooks of a client, and to the log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from appbuilder_assistants._log import log, logger, logs_calls

if TYPE_CHECKING:
    from appbuilder_assistants._settings.settings import Settings
    from appbuilder_assistants.hooks import EventHook, HookEvent


def is_observed(settings: Settings) -> bool:
    """Whether a hook or the log receives a call's events."""
    return bool(settings.event_hooks) or logs_calls()


class Emitter:
    """The hooks of a client's settings, the log among them where it is on."""

    def __init__(self, settings: Settings) -> None:
        hooks = settings.event_hooks
        self.hooks = (log, *hooks) if logs_calls() else hooks
        self.gateway_url = settings.base_url
        self._redactor = settings.redactor

    @contextmanager
    def around(
        self, started: HookEvent, finished: Callable[[float, BaseException | None], HookEvent]
    ) -> Iterator[None]:
        """Emit an event before and one after, with the seconds in between and the error."""
        begun, failure = time.monotonic(), None
        self.emit(started)
        try:
            yield
        except BaseException as error:
            failure = error
            raise
        finally:
            self.emit(finished(time.monotonic() - begun, failure))

    def emit(self, event: HookEvent, hooks: tuple[EventHook, ...] | None = None) -> None:
        """Call every hook. One that fails is logged: it must not change what a call does."""
        for hook in self.hooks if hooks is None else hooks:
            try:
                hook(event)
            except Exception:  # noqa: BLE001 - whatever a hook of the user's raises
                logger().warning("the event hook %r failed", hook, exc_info=True)

    def record(self, call_id: int, kind: str, content: Callable[[], str]) -> None:
        """Emit content to the hooks that capture it; without any it is not made."""
        capturing = tuple(h for h in self.hooks if getattr(h, "captures_content", False) is True)
        if capturing:
            from appbuilder_assistants.hooks import ContentRecorded

            text = content()
            shown = self._redactor.redact(text, len(text))
            self.emit(ContentRecorded(call_id, kind, shown), capturing)
