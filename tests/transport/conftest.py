"""Fixtures of the tests that run against each transport."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.clients.conftest import Serve, serve  # noqa: F401 - fixtures
from tests.transport.harness import OnLoop, Threads
from tests.transport.implementations import IMPLEMENTATIONS, Implementation, Options

Make = Callable[..., "Threads | OnLoop"]
"""Takes the fields of `Options`."""


@pytest.fixture(params=IMPLEMENTATIONS, ids=lambda one: str(one.name))
def implementation(request: pytest.FixtureRequest) -> Implementation:
    found: Implementation = request.param
    return found


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.lower().endswith("_proxy") or name.startswith("SSL_CERT"):
            monkeypatch.delenv(name)


@pytest.fixture
def make(implementation: Implementation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Make transports that are closed after the test."""
    made: list[tuple[Threads | OnLoop, Any]] = []

    def transport(**options: Any) -> Threads | OnLoop:
        made.append(implementation.harness(Options(**options), monkeypatch))
        return made[-1][0]

    yield transport
    for harness, client in made:
        harness.close()
        if isinstance(harness, OnLoop):
            if client is not None:
                harness.run(client.aclose())
            harness.run(harness.loop.shutdown_asyncgens())
            harness.loop.close()
        elif client is not None:
            client.close()


@pytest.fixture
def transport(make: Make) -> Threads | OnLoop:
    return make()
