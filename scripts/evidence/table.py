"""The table of `make evidence`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from scripts.evidence.facts import Fact, facts
from scripts.evidence.tests import known_tests

SOURCES = {
    "seed": "printed in the public notebook on runs, June 2024",
    "rec": "printed in other public recordings, April to June 2024",
    "sdk": "the official client, appbuilder-sdk 1.1.5",
    "doc": "the vendor's HTTP documentation, August to December 2024",
    "unknown": "nobody here knows; our choice",
}
NOTHING = "nothing tests it"


def table(document: dict[str, Any]) -> Iterator[str]:
    """Its lines, in Markdown."""
    found = facts(document)
    tests = known_tests(document, found)
    yield "| fact | value | mark | source | tested by |"
    yield "|---|---|---|---|---|"
    for fact in found:
        cells = (f"`{fact.id}`", _value(fact), ", ".join(fact.marks), _source(fact))
        yield f"| {' | '.join(cells)} | {_tests(tests[fact.id])} |"
    yield ""
    marks = Counter(mark for fact in found for mark in fact.marks)
    counted = ", ".join(f"{mark} {marks[mark]}" for mark in SOURCES)
    untested = sum(not tests[fact.id] for fact in found)
    yield f"{len(found)} facts (by mark: {counted}); nothing tests {untested} of them."


def _value(fact: Fact) -> str:
    return f"`{fact.value}`".replace("|", "\\|").replace("\n", " ")


def _source(fact: Fact) -> str:
    pairs = zip(fact.marks, fact.sources, strict=True)
    return "; ".join(SOURCES[mark] + (f": {where}" if where else "") for mark, where in pairs)


def _tests(names: list[str]) -> str:
    if not names:
        return NOTHING
    more = f" and {len(names) - 2} more" if names[2:] else ""
    return "; ".join(f"`{name}`" for name in names[:2]) + more
