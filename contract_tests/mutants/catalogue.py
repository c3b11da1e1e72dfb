"""Every mutant, by its name."""

from __future__ import annotations

from . import callers, contents, ends, errors, events, kept, lists, shapes, states, streams
from .mutant import Mutant

_ALL = (
    *shapes.MUTANTS,
    *contents.MUTANTS,
    *states.MUTANTS,
    *kept.MUTANTS,
    *ends.MUTANTS,
    *callers.MUTANTS,
    *errors.MUTANTS,
    *lists.MUTANTS,
    *streams.MUTANTS,
    *events.MUTANTS,
)
MUTANTS: dict[str, Mutant] = {one.name: one for one in _ALL}
assert len(MUTANTS) == len(_ALL), "two mutants have the same name"


def quick_selection() -> list[str]:
    """The first mutant of each kind."""
    first: dict[str, str] = {}
    for one in _ALL:
        first.setdefault(one.kind, one.name)
    return list(first.values())
