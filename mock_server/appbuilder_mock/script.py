"""The scenario that is being played, if there is one."""

from __future__ import annotations

from appbuilder_mock.scenarios import Rehearsal, Scenario, load_scenario


class Script:
    """A scenario as it was given, and how far it has come.

    `changes` grows whenever anything here changes.
    """

    def __init__(self) -> None:
        self.text: str | None = None
        self.rehearsal: Rehearsal | None = None
        self.changes = 0

    def play(self, text: bytes) -> Scenario:
        """Begin this scenario in place of any other. Raises ScenarioError, and changes nothing."""
        scenario = load_scenario(text)
        self.text = text.decode("utf-8").removeprefix("\ufeff")
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
