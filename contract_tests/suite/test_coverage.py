"""Whether the run reached everything that openapi.yaml documents. Comes last of all tests."""

from __future__ import annotations

import pytest

from contract_tests.plugin import Session
from contract_tests.report.coverage_table import CoverageTable
from contract_tests.schema import coverage

pytestmark = pytest.mark.live_safe


def test_no_cell_is_empty(pytestconfig: pytest.Config) -> None:
    """Every operation with every documented answer and every link; EXCUSED says what may lack."""
    session: Session | None = pytestconfig.pluginmanager.get_plugin("contract-session")
    if session is None or not session.whole:
        pytest.skip("only some of the tests were run")
    empty = CoverageTable(coverage, session.asked.kind).empty()

    count = f"{len(empty)} documented answers, ends or links were not reached, the first: "
    assert not empty, count + "\n".join(empty)
