"""The catalogue of mutants, a module for each part of the API.

Hands out every mutant by its name, and a quick selection of them.
"""

from __future__ import annotations

from contract_tests.mutants.mutant import Mutant

from . import (
    errors,
    events,
    ids_and_times,
    kept,
    late,
    lists,
    shapes,
    states,
    streams,
    texts,
    tokens,
    validation,
)

_ALL = (
    *shapes.MUTANTS,
    *ids_and_times.MUTANTS,
    *texts.MUTANTS,
    *states.MUTANTS,
    *kept.MUTANTS,
    *late.MUTANTS,
    *tokens.MUTANTS,
    *validation.MUTANTS,
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
