"""The contract tests catch broken servers: some of each kind here, all in `make mutants`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from contract_tests.mutants.run import Part, Verdict

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(
    sys.version_info < (3, 11), reason="the contract tests need Python 3.11"
)


@pytest.mark.slow
def test_quick_selection() -> None:
    """One mutant of each kind is caught, and the server as it is passes through the same proxy."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "contract_tests.mutants", "--quick"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=1800,  # a minute on two cores that do nothing else
    )

    assert done.returncode == 0, done.stdout + done.stderr


def dies_or_judges(name: str, part: Part, log: Path) -> Verdict:
    """Replaces the tests: one process dies, the others report passed tests, or caught faults."""
    from contract_tests.mutants.first_failure import FailedTest
    from contract_tests.mutants.run import Verdict

    if name == "begin-gone":
        os._exit(3)
    failed = FailedTest("test_streams.py::test", ("assert",), "乱序") if name else None
    return Verdict(name, part, failed, 7, 0.1)


def hangs(name: str, part: Part, log: Path) -> Verdict:
    while True:
        time.sleep(60)


def test_a_process_that_dies_or_hangs_is_not_caught(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The rest continues, the table says what happened, and the whole is a failure."""
    from contract_tests.mutants.processes import run_mutants
    from contract_tests.mutants.table import write

    how: dict[str, Any] = {"logs": tmp_path, "quick": True, "jobs": 2}
    names = ["begin-gone", "", "end-gone"]
    judged = list(run_mutants(names, attempt=dies_or_judges, **how))
    hung = list(run_mutants(["counts-not"], attempt=hangs, patience=1, **how))

    assert write([*judged, *hung], tmp_path, seconds=1) == 1
    output = capsys.readouterr().out
    assert "1 of 3 mutants caught" in output
    assert "The server as it is passed: 7 tests." in output
    assert "NOT CAUGHT: begin-gone: broke down: its process died; see" in output
    assert "NOT CAUGHT: counts-not: took longer than 1 seconds; see" in output
    assert (
        write(list(run_mutants([""], attempt=hangs, patience=1, **how)), tmp_path, seconds=1) == 1
    )
    assert "THE SERVER AS IT IS WAS NOT JUDGED: took longer" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("caught_by", "is_caught"),
    [("", True), ("times_are_in_order", True), ("test_cancel", True), ("test_message", False)],
)
def test_only_the_expected_check_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caught_by: str, is_caught: bool
) -> None:
    """A mutant that only another test fails for is not caught."""
    from contract_tests.mutants.catalogue import MUTANTS
    from contract_tests.mutants.first_failure import FailedTest
    from contract_tests.mutants.mutant import Mutant
    from contract_tests.mutants.proxy import NO_CHANGE
    from contract_tests.mutants.run import Verdict
    from contract_tests.mutants.table import write

    monkeypatch.setitem(MUTANTS, "odd", Mutant("odd", "k", "承诺", NO_CHANGE, caught_by))
    failed = FailedTest("test_lifecycle.py::test_cancel[a-b]", ("times_are_in_order",), "1 after 0")
    verdict = Verdict("odd", "by hand", failed, 3, 0.1)

    assert verdict.is_caught == is_caught
    unchanged = Verdict("", "whole", None, 3, 0.1)
    assert write([unchanged, verdict], tmp_path, seconds=1) == (not is_caught)
    output = (tmp_path / "mutants.md").read_text("utf-8")
    assert ("expected test_message to notice" in output) == (not is_caught)


def test_catalogue() -> None:
    """Many mutants of many kinds, each with a promise of its own; some of each are quick."""
    from contract_tests.mutants.catalogue import MUTANTS, quick_selection

    kinds = {mutant.kind for mutant in MUTANTS.values()}

    assert len({mutant.promise for mutant in MUTANTS.values()}) == len(MUTANTS) >= 80
    assert len(kinds) >= 26
    assert {MUTANTS[name].kind for name in quick_selection()} == kinds
