"""One mutant under test: a mock server, the proxy in front of it, and pytest."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from contract_tests.mutants.proxy import NO_CHANGE, Change, proxied
from contract_tests.plugin import FIRST, GENERATED, LAST, SUITE, MockProxy, rank

from .catalogue import MUTANTS
from .first_failure import FailedTest, FirstFailure

# The whole suite is more than its parts: it also judges what it reached.
Part = Literal["quick", "by hand", "generated", "whole"]

QUICK = FIRST[:7]

# The first failure is enough. Modules imported before the process began, to begin sooner, hold no
# assertions that pytest should explain.
OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")


@dataclass(frozen=True)
class Verdict:
    """The verdict of the tests on one server. No failure and no trouble: they all passed.

    `seconds` is what it took of a processor, which does not depend on what else the machine does.
    `trouble` says why the tests did not come to their end, when they did not.
    """

    name: str
    part: Part
    failed: FailedTest | None
    passed: int
    seconds: float
    trouble: str = ""

    @property
    def is_caught(self) -> bool:
        """Whether a check failed that names the fault, and the expected one if there is one."""
        if self.failed is None or self.trouble or not self.failed.checks:
            return False
        expected = MUTANTS[self.name].caught_by
        return not expected or expected in (*self.failed.checks, self.failed.function)


def run_mutant(name: str, part: Part, log: Path) -> Verdict:
    """Run some tests against a mutant, or against the unchanged server if the name is empty.

    They stop at the first failure. The output of pytest goes into `log`. Call it once a process.
    """
    begun = time.process_time()
    change = MUTANTS[name].change if name else NO_CHANGE
    first_failure = FirstFailure()
    with log.open("w", encoding="utf-8") as output:
        os.dup2(output.fileno(), sys.stdout.fileno())
        os.dup2(output.fileno(), sys.stderr.fileno())
        passed = _run(change, first_failure, part)
    if not passed and first_failure.failed is None:
        raise RuntimeError(f"pytest did not get as far as the tests; see {log}")
    seconds = round(time.process_time() - begun, 1)
    return Verdict(name, part, first_failure.failed, first_failure.passed, seconds)


def _run(change: Change, first_failure: FirstFailure, part: Part) -> bool:
    proxy = MockProxy(lambda url: proxied(url, change))
    return pytest.main([*OPTIONS, *files(part)], plugins=[proxy, first_failure]) == 0


def files(part: Part) -> list[str]:
    """The arguments of pytest, in this order."""
    if part == "whole":
        return [str(SUITE)]
    every = sorted((path.name for path in SUITE.glob("test_*.py")), key=rank)
    hand_written = [name for name in every if name not in (*GENERATED, LAST)]
    parts = {"quick": QUICK, "by hand": hand_written, "generated": GENERATED}
    return [str(SUITE / name) for name in parts[part]]
