"""A program after one of the vendor's, and its edits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = Path(__file__).parent / "programs"


@dataclass(frozen=True)
class Edit:
    """One change of a program beside its imports: `why`, and a regular expression of the text."""

    why: str
    old: str
    new: str


@dataclass(frozen=True)
class Program:
    """A function in a file of `programs`, and where the vendor has it.

    `official` says why it fails on the official SDK against the mock server, `here` why it cannot
    run here, whatever is edited; neither is run then. `refusals_in_body`: the official SDK needs
    refusals under status 200 for it.
    """

    vendor: str
    function: str
    file: str
    edits: tuple[Edit, ...] = ()
    official: str = ""
    here: str = ""
    refusals_in_body: bool = False

    @property
    def name(self) -> str:
        return f"{self.vendor}: {self.function}"

    def source(self) -> str:
        return (PROGRAMS / self.file).read_text(encoding="utf-8")

    def with_imports_changed(self) -> str:
        """The program with its import lines changed, and nothing else."""
        text = re.sub(
            r"^import appbuilder$",
            "import appbuilder_assistants as appbuilder",
            self.source(),
            flags=re.MULTILINE,
        )
        return re.sub(
            r"^( *from) appbuilder\b", r"\1 appbuilder_assistants", text, flags=re.MULTILINE
        )

    def edited(self) -> str:
        """The program with its import lines changed and its edits made."""
        text = self.with_imports_changed()
        for edit in self.edits:
            text, count = re.subn(edit.old, edit.new, text, flags=re.MULTILINE)
            if not count:
                raise ValueError(f"{self.name}: nothing to edit for {edit.old!r}")
        return text

    def row(self) -> tuple[str, str, str]:
        """The table's entry for it: on the official SDK, here, and with which edits."""
        official = self.official or "runs"
        if self.refusals_in_body:
            official = "runs, where refusals come under status 200"
        if self.here:
            return official, self.here, "–"
        edits = "; ".join(edit.why for edit in self.edits)
        return official, "no" if edits else "runs", edits or "none"
