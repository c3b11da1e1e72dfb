"""The coverage of all that openapi.yaml documents. Runs after all other tests."""

from __future__ import annotations

import pytest

from contract_tests.report.coverage_table import CoverageTable
from contract_tests.suite_state import Suite

pytestmark = pytest.mark.live_safe


def test_no_cell_is_empty(suite: Suite) -> None:
    """Every operation with every documented answer and every link; EXCUSED lists the exceptions."""
    if not suite.is_whole:
        pytest.skip("only some of the tests were run")
    empty = CoverageTable(suite.coverage, suite.requested.kind).empty()

    count = f"{len(empty)} documented answers, ends or links were not reached, the first: "
    assert not empty, count + "\n".join(empty)
