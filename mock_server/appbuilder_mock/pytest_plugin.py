"""Fixtures for tests of programs that use the API; pytest loads them with this distribution.

Importing this module costs next to nothing: the server, and the client, are imported by the first
test that asks for them.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import pluggy
    from appbuilder_assistants import AppBuilder, AsyncAppBuilder

    from appbuilder_mock.live_guard import LiveGuard
    from appbuilder_mock.server.running import Running

MISSING = "the fixture {} needs {}: pip install 'appbuilder-assistants[mock]'"
LONGEST_REPORT = 20_000  # characters

_server: pytest.StashKey[Running] = pytest.StashKey()
_guard: pytest.StashKey[LiveGuard] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(
        "appbuilder_refuse_live",
        "refuse gateways that are not this machine, except to tests marked appbuilder_live",
        type="bool",
        default=True,
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "appbuilder_live: lets the test call a gateway that is not this machine; it may cost money",
    )
    if config.getini("appbuilder_refuse_live"):
        from appbuilder_mock.live_guard import LiveGuard

        config.stash[_guard] = guard = LiveGuard()
        config.add_cleanup(guard.close)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Allow live gateways to a marked test, its fixtures included."""
    guard = item.config.stash.get(_guard, None)
    if guard is None:
        yield
        return
    guard.allowed = item.get_closest_marker("appbuilder_live") is not None
    guard.was_allowed |= guard.allowed
    yield
    guard.allowed = False


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Allow them to a fixture of a marked test that is shared and ends with a later test."""
    if guard := item.config.stash.get(_guard, None):
        guard.allowed = guard.was_allowed


@pytest.fixture
def appbuilder_mock(request: pytest.FixtureRequest) -> Iterator[Running]:
    """A mock server of this test's own: its port, its state, its token.

    `script(...)` scripts it; `requests`, `assert_received(...)` and `state()` show what it
    received. When the test fails, the report shows what the server received and holds.
    """
    try:
        from appbuilder_mock.server.server import running
    except ModuleNotFoundError as missing:
        pytest.fail(MISSING.format("appbuilder_mock", missing.name), pytrace=False)
    import secrets

    with running(token=f"test-{secrets.token_hex(8)}") as server:
        request.node.stash[_server] = server
        yield server


@pytest.fixture
def appbuilder_client(appbuilder_mock: Running) -> Iterator[AppBuilder]:
    """The client of this distribution, pointed at the test's mock server."""
    try:
        import httpx
        from appbuilder_assistants import AppBuilder
    except ImportError as missing:
        pytest.skip(MISSING.format("appbuilder_client", missing.name))
    with httpx.Client(trust_env=False) as http:  # no proxy between a test and its server
        yield AppBuilder(appbuilder_mock.token, appbuilder_mock.url, http_client=http)


@pytest.fixture
def async_appbuilder_client(appbuilder_mock: Running) -> Iterator[AsyncAppBuilder]:
    """The async client, pointed at the test's mock server; for any way to run async tests.

    It keeps no connection between calls, so that none outlives the test's event loop, and a test
    may use several loops.
    """
    try:
        import httpx
        from appbuilder_assistants import AsyncAppBuilder
    except ImportError as missing:
        pytest.skip(MISSING.format("async_appbuilder_client", missing.name))
    limits = httpx.Limits(max_keepalive_connections=0)
    http = httpx.AsyncClient(limits=limits, trust_env=False)
    yield AsyncAppBuilder(appbuilder_mock.token, appbuilder_mock.url, http_client=http)
    import asyncio

    loop = asyncio.new_event_loop()  # the test's is over; and ours must not become pytest's
    try:
        loop.run_until_complete(http.aclose())
    finally:
        loop.close()


@pytest.hookimpl(hookwrapper=True)  # the old form: pytest 7 must be able to load this
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pluggy.Result[pytest.TestReport], None]:
    """Show the server in the report of a test that failed while it was running."""
    report = (yield).get_result()
    server = item.stash.get(_server, None)
    if server is not None and report.failed and report.when != "teardown":
        text = server.report()
        if len(text) > LONGEST_REPORT:
            text = f"{text[:LONGEST_REPORT]}… ({len(text)} characters)"
        report.sections.append(("appbuilder_mock", text))
