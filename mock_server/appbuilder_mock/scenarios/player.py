"""The scenario that is being played, if there is one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from appbuilder_mock.scenarios import (
    Fault,
    Playback,
    Rule,
    Scenario,
    ScenarioError,
    load_scenario,
    read_scenario,
)

# A scenario as a file, as YAML or JSON text, or built in Python.
ScenarioSource = Path | str | bytes | Scenario | Sequence[Rule]


class ScenarioPlayer:
    """A scenario as it was given, and how far it has come.

    `text` is None for a scenario built in Python. `changes` grows whenever anything here changes.
    """

    def __init__(self) -> None:
        self.text: str | None = None
        self.playback: Playback | None = None
        self.changes = 0
        self._injected: tuple[str, Fault] | None = None
        self._calls_before = 0

    def inject(self, operation: str, nth: int, fault: Fault) -> None:
        """Let the `nth` call of an operation from now on have this fault, whatever is played."""
        self._injected, self._calls_before = (operation, fault), nth - 1

    @property
    def is_pending(self) -> bool:
        """Whether an injected fault still waits for its call, or for an event of its stream."""
        return self._injected is not None

    def injected(self, operation: str) -> Fault | None:
        """The injected fault, if this call is the one to have it. Once a call."""
        if self._injected is None or self._injected[0] != operation:
            return None
        self._calls_before -= 1
        if self._calls_before != -1:
            return None
        fault = self._injected[1]
        if not fault.counts_events:
            self.end_injection()
        return fault

    def end_injection(self) -> None:
        """The injected fault has happened."""
        self._injected = None

    @property
    def rules(self) -> int | None:
        """The number of rules of the scenario that is played, if there is one."""
        return len(self.playback.scenario.rules) if self.playback else None

    def unplayed(self) -> list[str]:
        """The rules that have taken no call since the scenario began, in words."""
        return self.playback.unplayed() if self.playback else []

    def draw(self) -> int:
        """A number to draw latencies from, the same each time if the scenario has a seed."""
        return self.playback.random.getrandbits(32) if self.playback else 0

    def play(self, given: ScenarioSource) -> Scenario:
        """Begin this scenario in place of any other. Raises ScenarioError, and changes nothing."""
        scenario = scenario_of(given)
        if isinstance(given, Path):
            given = given.read_bytes()
        if isinstance(given, bytes):
            given = given.decode("utf-8")
        self.text = given.removeprefix("\ufeff") if isinstance(given, str) else None
        self.playback = Playback(scenario)
        self.changes += 1
        return scenario

    def restart(self) -> None:
        """Go back to the start of the scenario."""
        if self.playback:
            self.playback = Playback(self.playback.scenario)
        self.changes += 1

    def drop(self) -> None:
        """Play none: every call gets the default answer."""
        self.text = self.playback = None
        self.changes += 1


def scenario_of(given: ScenarioSource) -> Scenario:
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
