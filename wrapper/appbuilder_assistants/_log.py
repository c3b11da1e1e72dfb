"""The logger `appbuilder_assistants` of the standard library, silent by default."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logging import Logger

    from .hooks import HookEvent

NAME = "appbuilder_assistants"
LEVELS = ("debug", "info", "warning", "error")


@cache
def logger() -> Logger:
    """The logger, made when it is first needed."""
    import logging

    found = logging.getLogger(NAME)
    # Without any handler Python prints warnings, also in a program that has not configured logging.
    found.addHandler(logging.NullHandler())
    return found


def logs_calls() -> bool:
    """Whether requests and retries are logged, at DEBUG.

    False in a program that has not imported logging: it cannot have configured it.
    """
    return "logging" in sys.modules and logger().isEnabledFor(10)


def turn_on(level: str) -> None:
    """Show the log on standard error from the level in APPBUILDER_LOG on.

    A second client adds no second handler. Raises ValueError for an unknown level.
    """
    import logging

    if level.strip().lower() not in LEVELS:
        raise ValueError(f"APPBUILDER_LOG: expected one of {', '.join(LEVELS)}, got {level!r}")
    logger().setLevel(level.strip().upper())
    if not any(handler.name == NAME for handler in logger().handlers):
        handler = logging.StreamHandler()  # to the standard error of this moment
        handler.name = NAME
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logger().addHandler(handler)


def log(event: HookEvent) -> None:
    """Log one line for each request, retry, wait for a turn and change of the rate."""
    from .hooks import AttemptFinished, RateLimitChanged, RetryScheduled, TurnAwaited

    if isinstance(event, AttemptFinished):
        logger().debug(
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
        logger().debug(
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
    elif isinstance(event, RateLimitChanged):
        rate = event.calls_per_second
        logger().debug(
            "%s; all calls of this client: %s",
            "the service refused a call for its rate" if event.refused else "no more refusals",
            "no limit" if rate is None else f"at most {rate:g} a second",
        )
    elif isinstance(event, TurnAwaited):
        logger().debug(
            "%s waits for its turn, %.1f ms at least: this client sends at most %g calls a second",
            event.operation,
            event.seconds * 1000,
            event.calls_per_second or 0,
        )
