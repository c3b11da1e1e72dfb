"""The contract tests catch broken servers: some of each kind here, all in `make mutants`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(
    sys.version_info < (3, 11), reason="the contract tests need Python 3.11"
)


def test_quick_selection() -> None:
    """One mutant of each kind is caught, and the server as it is passes through the same proxy."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "contract_tests.mutants", "--quick"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=280,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_catalogue() -> None:
    """Many mutants of many kinds, each with a promise of its own; some of each are quick."""
    from contract_tests.mutants.catalogue import MUTANTS, quick_selection

    kinds = {mutant.kind for mutant in MUTANTS.values()}

    assert len({mutant.promise for mutant in MUTANTS.values()}) == len(MUTANTS) >= 80
    assert len(kinds) >= 26
    assert {MUTANTS[name].kind for name in quick_selection()} == kinds
