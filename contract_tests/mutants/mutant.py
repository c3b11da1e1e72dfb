"""A server that breaks exactly one promise."""

from __future__ import annotations

from dataclasses import dataclass

from contract_tests.mutants.proxy import Change


@dataclass(frozen=True)
class Mutant:
    """A change to the responses of a server, and the promise it breaks.

    The server behind it keeps every promise, so the tests that fail do so for this one. A mutant is
    run once a process: its change may remember what passed through.

    `caught_by` names the check or the test that must be the one that notices, where another might
    do so for a reason that has nothing to do with the promise.
    """

    name: str
    kind: str
    promise: str
    change: Change
    caught_by: str = ""
