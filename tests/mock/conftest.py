"""Servers to call."""

from __future__ import annotations

from collections.abc import Iterator

import appbuilder_mock
import pytest

from tests.mock.wire import Api


@pytest.fixture(scope="session")
def server() -> Iterator[appbuilder_mock.Running]:
    """One server for all tests that only look at what they made themselves."""
    with appbuilder_mock.running(ping_interval=0.05) as running:
        yield running


@pytest.fixture(scope="session")
def keeps_names() -> Iterator[Api]:
    """A caller of a server that keeps the names of files unchanged."""
    with (
        appbuilder_mock.running(readings={"file-names": "kept"}) as running,
        Api(running.url, running.token) as caller,
    ):
        yield caller


@pytest.fixture
def api(server: appbuilder_mock.Running) -> Iterator[Api]:
    with Api(server.url, server.token) as caller:
        yield caller
