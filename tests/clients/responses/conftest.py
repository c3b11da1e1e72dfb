"""Fixtures of the tests of responses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.responses.asked import Asked


@pytest.fixture
def asked(harness: ClientHarness, serve: Serve, tmp_path: Path) -> Asked:
    return Asked(harness, serve, tmp_path)
