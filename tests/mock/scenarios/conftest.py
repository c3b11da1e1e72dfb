"""A server that plays scenarios."""

from __future__ import annotations

from collections.abc import Iterator

import appbuilder_mock
import pytest

from tests.mock.wire import Api


@pytest.fixture(scope="module")
def mock() -> Iterator[appbuilder_mock.Running]:
    with appbuilder_mock.running(ping_interval=0.05) as running:
        yield running


@pytest.fixture
def api(mock: appbuilder_mock.Running) -> Iterator[Api]:
    mock.reset()
    mock.script()
    with Api(mock.url, mock.token) as caller:
        yield caller
