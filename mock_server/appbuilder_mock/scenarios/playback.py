"""A scenario being played: how often each rule matched."""

from __future__ import annotations

from collections.abc import Iterator

from appbuilder_mock.scenarios.rules import Rule, Scenario


class Playback:
    """Matches each call with a rule, and counts.

    A rule counts the calls that come to it and are of its kind; what an earlier rule has taken
    never comes to a later one. To begin anew, make another. For one event loop: not thread-safe.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._counts = [0] * len(scenario.rules)

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
        for index, rule in self._of(operation):
            if resumes and rule.run_path:
                continue
            if rule.match.fits(operation, assistant_name, text):
                self._counts[index] += 1
                if rule.match.takes(self._counts[index]):
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
            if rule.match.needs_body or rule.run_path:
                return None
            passed.append(index)
            if rule.match.takes(self._counts[index] + 1):
                if rule.fault is None or rule.fault.reset != "before_reading":
                    return None
                for matched in passed:
                    self._counts[matched] += 1
                return rule
        return None

    def _of(self, operation: str) -> Iterator[tuple[int, Rule]]:
        for index, rule in enumerate(self.scenario.rules):
            if rule.match.operation in (operation, "any"):
                yield index, rule
