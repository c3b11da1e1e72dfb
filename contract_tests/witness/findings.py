"""The findings on each fact that openapi.yaml marks `unknown`, or with `doc` as its only mark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from contract_tests.spec import document as spec
from scripts.evidence.facts import Fact, facts

Verdict = Literal["confirmed", "contradicted", "open"]
VERDICTS: tuple[Verdict, ...] = ("contradicted", "confirmed", "open")


def unsettled(document: dict[str, Any] = spec.DOCUMENT) -> dict[str, Fact]:
    """The facts that a session can settle, by id."""
    found = facts(document)
    return {one.id: one for one in found if one.marks == ("doc",) or "unknown" in one.marks}


class Findings:
    """The verdict on each unsettled fact: one contradiction outweighs all confirmations."""

    def __init__(self) -> None:
        self.facts = unsettled()
        self._seen: dict[str, dict[Verdict, str]] = {}

    def note(self, fact_id: str, verdict: Verdict, seen: str) -> None:
        """Add what one response shows; `seen` says it in words. Other facts stay unchanged."""
        if fact_id in self.facts:
            self._seen.setdefault(fact_id, {}).setdefault(verdict, seen)

    def holds(self, fact_id: str, holds: bool, seen: str) -> None:
        self.note(fact_id, "confirmed" if holds else "contradicted", seen)

    def of(self, verdict: Verdict) -> dict[str, str]:
        """The facts with this verdict, and what was seen of them; empty if nothing was."""
        return {
            fact_id: self._seen.get(fact_id, {}).get(verdict, "")
            for fact_id in self.facts
            if self._verdict(fact_id) == verdict
        }

    def verdicts(self) -> dict[str, Verdict]:
        return {fact_id: self._verdict(fact_id) for fact_id in self.facts}

    def lines(self) -> Iterator[str]:
        """The report."""
        for verdict in VERDICTS:
            found = self.of(verdict)
            yield f"{verdict}: {len(found)} facts"
            asked = {fact_id: seen for fact_id, seen in found.items() if seen}
            for fact_id, seen in asked.items():
                yield f"  {fact_id} ({self.facts[fact_id].value!r}): {seen}"
            if unasked := [fact_id for fact_id in found if fact_id not in asked]:
                yield f"  not asked ({len(unasked)}): {', '.join(unasked)}"

    def _verdict(self, fact_id: str) -> Verdict:
        seen = self._seen.get(fact_id, {})
        return next((one for one in VERDICTS if one in seen), "open")
