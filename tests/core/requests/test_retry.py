"""The retry policy by itself."""

from __future__ import annotations

import pytest
from appbuilder_assistants import ApiConnectionError, RateLimitError, RetryPolicy, ServerError

BUSY = ServerError(status_code=503)


def test_delays_double_up_to_a_limit() -> None:
    """Each wait is twice the one before, until `max_delay`."""
    policy = RetryPolicy(attempts=8, jitter=lambda: 0.0)

    delays = [policy.delay(n, BUSY, repeatable=True) for n in range(1, 9)]

    assert delays == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0, None]


def test_jitter_takes_up_to_half_off() -> None:
    """Clients that failed together do not come back together."""
    assert RetryPolicy(jitter=lambda: 1.0).delay(1, BUSY, repeatable=True) == 0.25
    delays = {RetryPolicy().delay(1, BUSY, repeatable=True) for _ in range(20)}
    assert len(delays) > 1
    assert all(delay is not None and 0.25 <= delay <= 0.5 for delay in delays)


def test_very_many_attempts() -> None:
    """The doubling does not outgrow a float."""
    assert RetryPolicy(attempts=10_000).delay(5_000, BUSY, repeatable=True) is not None


@pytest.mark.parametrize(("retry_after", "delay"), [(0.0, 0.0), (8.0, 8.0), (8.1, None)])
def test_retry_after(retry_after: float, delay: float | None) -> None:
    """The service's `Retry-After` is honoured, or the call gives up."""
    limited = RateLimitError(status_code=429, retry_after=retry_after)

    assert RetryPolicy().delay(1, limited, repeatable=False) == delay


def test_reached_or_not() -> None:
    """A lost answer is asked for again only where that does no harm."""
    policy = RetryPolicy(jitter=lambda: 0.0)
    lost, unreached = ApiConnectionError(), ApiConnectionError(reached_server=False)

    assert policy.delay(1, lost, repeatable=True) == 0.5
    assert policy.delay(1, lost, repeatable=False) is None
    assert policy.delay(1, unreached, repeatable=False) == 0.5


@pytest.mark.parametrize(
    ("code", "again"),
    [
        (None, True),
        *((code, True) for code in ("4", "13", "15", "18", "336501", "RATE_LIMIT_TOTAL_QPS")),
        *((code, False) for code in ("17", "QUOTA_USER_DAILY_REQUEST")),
        ("BILLING_INSUFFICIENT_BALANCE", False),
    ],
)
@pytest.mark.parametrize("status", [200, 429])
def test_limits_that_seconds_do_not_lift(code: str | None, again: bool, status: int) -> None:
    """A quota for the day is not there again at the next attempt; a rate is."""
    limited = RateLimitError(status_code=status, code=code)

    assert (RetryPolicy().delay(1, limited, repeatable=False) is not None) is again


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"attempts": 0}, "attempts must be 1 or more, got 0"),
        ({"attempts": float("nan")}, "got nan"),
        ({"attempts": -(10**5000)}, "got an int of 16,610 bits"),
        ({"first_delay": -1.0}, "first_delay"),
        ({"first_delay": 9.0}, "got 9.0 and 8.0"),
        ({"max_delay": float("nan")}, "max_delay"),
        ({"max_delay": float("inf")}, "max_delay <= 1e9"),
        ({"max_delay": 10**400}, "got 0.5 and an int of 1,329 bits"),
    ],
)
def test_wrong_policies(options: dict[str, float], message: str) -> None:
    """A policy that makes no sense is refused when it is made."""
    with pytest.raises(ValueError, match=message):
        RetryPolicy(**options)  # type: ignore[arg-type]
