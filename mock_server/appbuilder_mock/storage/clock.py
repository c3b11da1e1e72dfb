"""The clock of all stored times."""

from __future__ import annotations

import time


def now() -> int:
    """Milliseconds since the epoch, as the API counts."""
    return time.time_ns() // 1_000_000
