"""The server under test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .by_hand import Caller
    from .target import Target

TOO_OLD = sys.version_info < (3, 11)  # for schemathesis; the rest of the project takes 3.10
if TOO_OLD:
    collect_ignore_glob = ["test_*.py"]


def pytest_report_header() -> list[str]:
    return ["contract tests: not run, they need Python 3.11 or newer"] if TOO_OLD else []


@pytest.fixture(scope="session")
def target() -> Iterator[Target]:
    """Any running server: target.py says how to choose one."""
    from .target import chosen_target

    with chosen_target() as chosen:
        yield chosen


@pytest.fixture(scope="session")
def caller(target: Target) -> Caller:
    from .by_hand import Caller

    return Caller(target)
