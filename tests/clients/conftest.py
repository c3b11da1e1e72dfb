"""Fixtures for the tests that drive both clients over real sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import RetryPolicy

from tests.clients.client_harness import AsyncHarness, ClientHarness, SyncHarness
from tests.clients.raw_server import RawServer, raw_server

AT_ONCE = RetryPolicy(first_delay=0.0)
"""The default policy without its waits."""


@pytest.fixture(params=[SyncHarness, AsyncHarness], ids=["sync", "async"])
def harness(request: pytest.FixtureRequest) -> Iterator[ClientHarness]:
    """The factory of clients: one test for both kinds."""
    made: ClientHarness = request.param()
    yield made
    made.close()


@pytest.fixture(scope="session")
def mock() -> Iterator[appbuilder_mock.Running]:
    """One mock server for all tests: each makes its own objects."""
    with appbuilder_mock.running(token="secret-密".encode().hex()) as running:
        yield running


@pytest.fixture
def client(harness: ClientHarness, mock: appbuilder_mock.Running) -> Any:
    """A client of the mock server."""
    return harness.client(mock.token, mock.url)


@pytest.fixture(scope="module")
def _own_mock() -> Iterator[appbuilder_mock.Running]:
    with appbuilder_mock.running() as running:
        yield running


@pytest.fixture
def server(_own_mock: appbuilder_mock.Running) -> appbuilder_mock.Running:
    """A mock server that holds nothing yet and plays no scenario."""
    _own_mock.reset()
    _own_mock.script()
    return _own_mock


Serve = Callable[..., RawServer]
"""Takes a script, and perhaps a context for TLS."""


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start raw servers that are gone after the test."""
    with ExitStack() as stack:
        yield lambda script, tls=None: stack.enter_context(raw_server(script, tls))
