"""Settings of pytest in pyproject.toml."""

from __future__ import annotations

import pytest

SLOWEST = 211  # seconds that the longest test was seen to take, on a slow machine


def test_a_slow_machine_is_no_reason_to_end_a_run(pytestconfig: pytest.Config) -> None:
    """The limit for a hanging run is ten times the longest test."""
    assert float(pytestconfig.getini("faulthandler_timeout")) >= 10 * SLOWEST


def test_slow_tests_can_be_deselected(pytestconfig: pytest.Config) -> None:
    markers = [line.partition(":")[0] for line in pytestconfig.getini("markers")]
    assert "slow" in markers
