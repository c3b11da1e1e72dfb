"""Seconds to wait: a number, or a distribution to draw from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from random import Random
from typing import Any, TypeAlias

from appbuilder_mock.scenarios import checks
from appbuilder_mock.scenarios.checks import ScenarioError, settle

P95 = 1.6448536269514722  # standard deviations above the mean, of a normal distribution


@dataclass(frozen=True)
class Latency:
    """Seconds as a distribution: uniform from `min` to `max`, or log-normal by `median`, `p95`.

    `p95` is the value that one draw in twenty exceeds.
    """

    min: float | None = None
    max: float | None = None
    median: float | None = None
    p95: float | None = None

    def __post_init__(self) -> None:
        given = tuple(one.name for one in fields(self) if getattr(self, one.name) is not None)
        if given not in (("min", "max"), ("median", "p95")):
            got = ", ".join(given) or "none of them"
            raise ScenarioError(f"expected min and max, or median and p95; got {got}")
        low, high = given
        for name in given:
            settle(self, **{name: checks.seconds(getattr(self, name), name)})
        if getattr(self, low) > getattr(self, high):
            raise ScenarioError(f"expected {high} to be {low} or more", (high,))
        if self.median == 0:
            raise ScenarioError("expected a median above 0", ("median",))

    def draw(self, random: Random) -> float:
        if self.median is None or self.p95 is None:
            return random.uniform(self.min or 0.0, self.max or 0.0)
        spread = math.log(self.p95 / self.median) / P95
        return min(random.lognormvariate(math.log(self.median), spread), checks.LONGEST_WAIT)


Delay: TypeAlias = float | Latency


def delay(value: Any, *path: str | int) -> Delay:
    """A delay as a scenario may give it: seconds, a Latency, or an object that describes one."""
    if isinstance(value, Latency):
        return value
    if not isinstance(value, Mapping):
        return checks.seconds(value, *path)
    known = [one.name for one in fields(Latency)]
    for key in value:
        if key not in known:
            raise ScenarioError(checks.unknown("key", str(key), known), path)
    try:
        return Latency(**value)
    except ScenarioError as error:
        raise ScenarioError(error.reason, path + error.path) from None


def drawn(value: Delay, random: Random) -> float:
    return value.draw(random) if isinstance(value, Latency) else value
