"""The logger `appbuilder_assistants` of the standard library, silent by default."""

from __future__ import annotations

import logging

from .hooks import AttemptFinished, HookEvent, RetryScheduled

LOGGER = logging.getLogger("appbuilder_assistants")
# Without any handler Python prints warnings, also in a program that has not configured logging.
LOGGER.addHandler(logging.NullHandler())
LEVELS = ("debug", "info", "warning", "error")


def turn_on(level: str) -> None:
    """Show the log on standard error from the level in APPBUILDER_LOG on.

    A second client adds no second handler. Raises ValueError for an unknown level.
    """
    if level.strip().lower() not in LEVELS:
        raise ValueError(f"APPBUILDER_LOG: expected one of {', '.join(LEVELS)}, got {level!r}")
    LOGGER.setLevel(level.strip().upper())
    if not any(isinstance(handler, _StderrHandler) for handler in LOGGER.handlers):
        LOGGER.addHandler(_StderrHandler())


class _StderrHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to the standard error of the moment when the client is made."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))


def log(event: HookEvent) -> None:
    """Log one line for each request and each retry."""
    if isinstance(event, AttemptFinished):
        LOGGER.debug(
            "%s %s %s: %s in %.1f ms (attempt %d, request id %s)",
            event.operation,
            event.method,
            event.path,
            event.status_code or event.error,
            event.seconds * 1000,
            event.attempt,
            event.request_id,
        )
    elif isinstance(event, RetryScheduled):
        LOGGER.debug(
            "%s %s %s: %s, retrying in %.1f ms (attempt %d, request id %s): %s",
            event.operation,
            event.method,
            event.path,
            event.status_code or "no reply",
            event.seconds * 1000,
            event.attempt,
            event.request_id,
            event.reason,
        )
