"""A gateway to a mock of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import appbuilder_mock
import pytest

from contract_tests.target import journal
from contract_tests.target.gateway import Gateway
from contract_tests.target.limits import RateLimiter
from contract_tests.target.target import (
    LIVE_SAFE,
    Target,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def gateway(folder: Path) -> Iterator[Gateway]:
    """A gateway to a mock of its own, without the examples' objects."""
    with appbuilder_mock.running() as mock:
        target = Target(mock.url, mock.token, "server")
        own = Gateway(target, LIVE_SAFE, journal.journal_for("x", folder))
        own.rate_limiter = RateLimiter(None)
        yield own
        assert own.journal is not None
        own.journal.close()
