"""The scenario that is being played, if there is one."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from pathlib import Path

from appbuilder_mock.scenarios import (
    Rehearsal,
    Rule,
    Scenario,
    ScenarioError,
    load_scenario,
    read_scenario,
)

# How a scenario can be given: a file, YAML or JSON text, or what it says in Python.
Given = Path | str | bytes | Scenario | Sequence[Rule]

_met: ContextVar[Rule | None] = ContextVar("met", default=None)


class Script:
    """A scenario as it was given, and how far it has come.

    `text` is None for a scenario built in Python. `changes` grows whenever anything here changes.
    """

    def __init__(self) -> None:
        self.text: str | None = None
        self.rehearsal: Rehearsal | None = None
        self.changes = 0

    def play(self, given: Given) -> Scenario:
        """Begin this scenario in place of any other. Raises ScenarioError, and changes nothing."""
        scenario = scenario_of(given)
        if isinstance(given, Path):
            given = given.read_bytes()
        if isinstance(given, bytes):
            given = given.decode("utf-8")
        self.text = given.removeprefix("\ufeff") if isinstance(given, str) else None
        self.rehearsal = Rehearsal(scenario)
        self.changes += 1
        return scenario

    def restart(self) -> None:
        """Go back to the start of the scenario."""
        if self.rehearsal:
            self.rehearsal = Rehearsal(self.rehearsal.scenario)
        self.changes += 1

    def drop(self) -> None:
        """Play none: every call gets the default answer."""
        self.text = self.rehearsal = None
        self.changes += 1

    def meet(self, rule: Rule | None) -> None:
        """Note which rule the call met that this task carries out."""
        _met.set(rule)

    def met(self) -> Rule | None:
        """The rule that the call met that this task carries out."""
        return _met.get()


def scenario_of(given: Given) -> Scenario:
    """The scenario, however it was given. Raises ScenarioError."""
    if isinstance(given, Scenario):
        return given
    if isinstance(given, Path):
        return read_scenario(given)
    if isinstance(given, bytes):
        return load_scenario(given)
    if isinstance(given, str):
        if given.endswith((".yaml", ".yml", ".json")) and "\n" not in given:
            raise ScenarioError(
                f"expected a scenario, got the name of a file; give Path({given!r})"
            )
        return load_scenario(given)
    return Scenario(given)
