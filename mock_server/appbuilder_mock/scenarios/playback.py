"""A scenario being played: how often each rule matched."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from random import Random

from appbuilder_mock.scenarios.faults import Quota
from appbuilder_mock.scenarios.rules import Rule, Scenario

LONGEST_TEXT = 1000  # characters of a text that are compared with those of rules


class QuotaWindow:
    """Counts the calls of a quota, in the time that ends now."""

    def __init__(self, quota: Quota, clock: Callable[[], float] = time.monotonic) -> None:
        self.quota = quota
        self._clock = clock
        self._calls: deque[float] = deque()

    def admits(self) -> bool:
        """Whether this call is within the quota; only then it counts."""
        now = self._clock()
        while self._calls and now - self._calls[0] >= self.quota.seconds:
            self._calls.popleft()
        if len(self._calls) == self.quota.calls:
            return False
        self._calls.append(now)
        return True

    def restart(self) -> None:
        self._calls.clear()


class Playback:
    """Matches each call with a rule, and counts.

    A rule counts the calls that come to it and are of its kind; what an earlier rule has taken
    never comes to a later one. To start over, make another. For one event loop: not thread-safe.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.random = Random(scenario.seed)
        self.played = [0] * len(scenario.rules)  # the calls that each rule took
        self._counts = [0] * len(scenario.rules)
        self._windows = [QuotaWindow(rule.quota) if rule.quota else None for rule in scenario.rules]

    def match(
        self,
        operation: str,
        assistant_name: str | None = None,
        text: str | None = None,
        *,
        resumes: bool = False,
    ) -> Rule | None:
        """The rule that a call matches, or None for the default answer. Once a call.

        `resumes`: the call continues a run whose path is settled; only rules that script no path
        are tried.
        """
        chance: float | None = None  # one draw for all rules with a probability
        for index, rule in self._of(operation):
            if resumes and rule.run_path:
                continue
            if not rule.match.fits(operation, assistant_name, text):
                continue
            if rule.match.probability is not None:
                chance = self.random.random() if chance is None else chance
                chance -= rule.match.probability
                if chance >= 0 or chance < -rule.match.probability:
                    continue  # another rule's share, later or earlier
            self._counts[index] += 1
            window = self._windows[index]
            if rule.match.takes(self._counts[index]) and not (window and window.admits()):
                self.played[index] += 1
                return rule
        return None

    def match_unread(self, operation: str) -> Rule | None:
        """The rule that resets the connection before the body is read, if this call matches one.

        Ask when the headers are in. After a rule the call is over and counted; after None, which
        counts nothing, read the body and `match`: that may still give such a rule, when an earlier
        one needs the body to decide.
        """
        passed = []
        for index, rule in self._of(operation):
            if rule.match.needs_body or rule.run_path or rule.match.probability is not None:
                return None
            if rule.quota is not None:
                return None
            passed.append(index)
            if rule.match.takes(self._counts[index] + 1):
                if rule.fault is None or rule.fault.reset != "before_reading":
                    return None
                for matched in passed:
                    self._counts[matched] += 1
                self.played[index] += 1
                return rule
        return None

    def unplayed(self) -> list[str]:
        """The rules that have taken no call yet, in words."""
        return [
            f"rules[{index}] ({rule.match})"
            for index, rule in enumerate(self.scenario.rules)
            if not self.played[index]
        ]

    def nearest(self, operation: str, assistant_name: str | None, text: str | None) -> str:
        """The rule that comes nearest to taking such a call, and why it does not, in words."""

        def distance(index: int) -> tuple[bool, int, float]:
            match = self.scenario.rules[index].match
            misfits = match.misfits(operation, assistant_name, text)
            compared = SequenceMatcher(None, match.text or "", (text or "")[:LONGEST_TEXT])
            likeness = compared.ratio() if match.regex is None else float(len(misfits) < 2)
            return match.operation not in (operation, "any"), len(misfits), -likeness

        if not self.scenario.rules:
            return "there are no rules"
        index = min(range(len(self.scenario.rules)), key=distance)
        match = self.scenario.rules[index].match
        reasons = match.misfits(operation, assistant_name, text) or [self._used_up(index)]
        return f"the nearest is rules[{index}]: {', and '.join(reasons)}"

    def _used_up(self, index: int) -> str:
        match = self.scenario.rules[index].match
        if match.nth is not None:
            return f"it takes only call {match.nth}, and this was call {self._counts[index]}"
        if match.times is not None:
            return f"it has taken its {match.times} call{'s' if match.times > 1 else ''}"
        if self.scenario.rules[index].quota is not None:
            return "it takes the calls that exceed its quota"
        return f"it takes a share of {match.probability} of the calls"

    def _of(self, operation: str) -> Iterator[tuple[int, Rule]]:
        for index, rule in enumerate(self.scenario.rules):
            if rule.match.operation in (operation, "any"):
                yield index, rule
