"""Faults of the marks in openapi.yaml: facts without one, marks without a fact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.evidence.facts import MAP_KEYS, MARKS, Fact, facts
from scripts.evidence.tests import dangling


def problems(document: dict[str, Any]) -> list[str]:
    """Each in one line, with what to do."""
    found = facts(document)
    return [*_maps(document, ()), *_facts(found), *dangling(found)]


def _facts(found: list[Fact]) -> Iterator[str]:
    for fact in found:
        if not fact.marks:
            key = "here" if fact.keyword == "status" else fact.keyword
            yield (
                f"{fact.id}: nothing says how {fact.value!r} is known; write x-evidence: "
                f"{{{key}: <{' | '.join(MARKS)}>}} beside it, or at what it stands in"
            )
        for mark in fact.marks:
            if mark not in MARKS:
                yield f"{fact.id}: expected one of the marks {', '.join(MARKS)}, got {mark!r}"


def _maps(part: Any, place: tuple[str, ...]) -> Iterator[str]:
    """Maps that say something of keywords that are nowhere in their part."""
    if isinstance(part, list):
        for number, one in enumerate(part):
            yield from _maps(one, (*place, str(number)))
    if not isinstance(part, dict):
        return
    marks = part.get("x-evidence")
    if isinstance(marks, dict) and place[-1:] != ("properties",):
        where = "/".join(place) or "the document"
        for key, known in marks.items():
            if key not in MAP_KEYS:
                yield f"{where}: x-evidence has no key {key!r}; it may have {', '.join(MAP_KEYS)}"
            elif key not in ("here", "body") and not _occurs(key, part):
                yield f"{where}: x-evidence has a mark for {key!r}, which is not in it"
            elif isinstance(known, dict):
                words = {str(word) for word in _words(key, part)}
                for word in known.keys() - {"others"}:
                    if str(word) not in words:
                        yield f"{where}: x-evidence marks {word!r} of {key!r}, which is not in it"
    for key, value in part.items():
        if key not in ("example", "examples", "x-evidence"):
            yield from _maps(value, (*place, str(key)))


def _occurs(key: str, part: Any) -> bool:
    if isinstance(part, list):
        return any(_occurs(key, one) for one in part)
    if not isinstance(part, dict):
        return False
    return key in part or any(
        _occurs(key, value) for name, value in part.items() if name != "x-evidence"
    )


def _words(key: str, part: Any) -> Iterator[object]:
    if isinstance(part, list):
        for one in part:
            yield from _words(key, one)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name == key and isinstance(value, list):
                yield from value
            elif name not in ("x-evidence", "example", "examples"):
                yield from _words(key, value)
