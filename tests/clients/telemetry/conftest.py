"""Each test begins without spans."""

from __future__ import annotations

import pytest

from tests.clients.telemetry.spans import EXPORTER


@pytest.fixture(autouse=True)
def _forget() -> None:
    EXPORTER.clear()
