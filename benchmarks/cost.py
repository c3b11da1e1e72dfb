"""Measures of something done many times over."""

from __future__ import annotations

import time
from collections.abc import Callable

from .pairs import Measure


def cpu(act: Callable[[], object], times: int) -> Measure:
    """Seconds of this process's CPU for so many acts."""

    def measure() -> float:
        before = time.process_time()
        for _ in range(times):
            act()
        return time.process_time() - before

    return measure
