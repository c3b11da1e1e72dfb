"""The retry policy: whether to retry, and after which back-off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from appbuilder_assistants.errors import (
    ApiConnectionError,
    ApiStatusError,
    DeadlineExceededError,
    RateLimitError,
    ServerError,
)

from .limits import MAX_SECONDS, number_text
from .responses.error_forms import USED_UP

if TYPE_CHECKING:
    from typing import TypeAlias

    Failure: TypeAlias = ApiConnectionError | ApiStatusError


def _random() -> float:
    from random import random

    return random()


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how soon a call is retried. `RetryPolicy(attempts=1)` never does.

    Any call is retried when the request did not reach the server or came back as a
    RateLimitError, unless that is for a quota which is used up (by the day, or unpaid). An
    idempotent call (a look-up, a cancel) also when no reply came, and on 5xx. Each attempt has the
    whole timeout for itself.

    The delays are in seconds and double from `first_delay` to `max_delay`; `jitter` gives a
    number in [0, 1) that takes up to half off. A `Retry-After` is honoured when it is at most
    `max_delay`; a longer one is the caller's to honour, from the error's `retry_after`.
    """

    attempts: int = 3
    first_delay: float = 0.5
    max_delay: float = 8.0
    jitter: Callable[[], float] = field(default=_random, repr=False)

    def __post_init__(self) -> None:
        if not self.attempts >= 1:
            got = number_text(self.attempts)
            raise ValueError(f"RetryPolicy: attempts must be 1 or more, got {got}")
        if not 0 <= self.first_delay <= self.max_delay <= MAX_SECONDS:
            raise ValueError(
                "RetryPolicy: expected 0 <= first_delay <= max_delay <= 1e9 (seconds), "
                f"got {number_text(self.first_delay)} and {number_text(self.max_delay)}"
            )

    def delay(self, attempt: int, failure: Failure, *, repeatable: bool) -> float | None:
        """Seconds to wait after attempt number `attempt` (from 1), or None to give up.

        `repeatable` says that the call is idempotent.
        """
        if attempt >= self.attempts or not _is_worth_retrying(failure, repeatable):
            return None
        if isinstance(failure, ApiStatusError) and failure.retry_after is not None:
            return failure.retry_after if failure.retry_after <= self.max_delay else None
        # The exponent is bounded so that a huge `attempts` cannot overflow a float.
        ceiling = min(self.first_delay * 2.0 ** min(attempt - 1, 64), self.max_delay)
        return ceiling * (1.0 - 0.5 * self.jitter())


def is_too_often(failure: BaseException | None) -> bool:
    """Whether the service refused the request for its rate; a quota that is used up is no rate."""
    return isinstance(failure, RateLimitError) and failure.code not in USED_UP


def _is_worth_retrying(failure: Failure, idempotent: bool) -> bool:
    if isinstance(failure, DeadlineExceededError):
        return False
    if isinstance(failure, ApiConnectionError):
        return idempotent or not failure.reached_server
    if isinstance(failure, RateLimitError):
        return is_too_often(failure)
    return idempotent and isinstance(failure, ServerError)
