"""Fixtures for tests of programs that use the API; pytest loads them with this distribution.

Importing this module costs next to nothing: the server, and the client, are imported by the first
test that asks for them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    import pluggy
    from appbuilder_assistants import AppBuilder, AsyncAppBuilder

    from appbuilder_mock.live_guard import LiveGuard
    from appbuilder_mock.server.running import Running
    from appbuilder_mock.sweep_plugin import Sweep

MISSING = "the fixture {} needs {}: pip install 'appbuilder-assistants[mock]'"
LONGEST_REPORT = 20_000  # characters
ESCAPED = re.compile(r"\\u([0-9a-f]{4})")  # as pytest writes Chinese in the ids of parameters
LONGEST_NAME = 60  # characters of a file's name; three bytes each in Chinese, of 255

_server: pytest.StashKey[Running] = pytest.StashKey()
_guard: pytest.StashKey[LiveGuard] = pytest.StashKey()
_sweep: pytest.StashKey[Sweep] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("appbuilder", "the mock server of appbuilder-assistants")
    group.addoption(
        "--appbuilder-record",
        action="store_true",
        help="record what each test with a mock server does as a scenario, one file a test",
    )
    group.addoption(
        "--appbuilder-upstream",
        metavar="URL",
        help="with --appbuilder-record: the gateway that answers, with the token in "
        "APPBUILDER_TOKEN, instead of the test's mock server",
    )
    group.addoption(
        "--appbuilder-sweep",
        action="store_true",
        help="run each test with a mock server at every fault point of its calls, too",
    )
    group.addoption(
        "--appbuilder-fault",
        metavar="POINT",
        help="run tests with a mock server at this fault point only, such as 'createRun 1: reset'",
    )
    parser.addini(
        "appbuilder_refuse_live",
        "refuse gateways that are not this machine, except to tests marked appbuilder_live",
        type="bool",
        default=True,
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "appbuilder_scenario(file, speed=1): the scenario that the test's mock server plays; "
        "the file is named from the folder of the test",
    )
    config.addinivalue_line(
        "markers",
        "appbuilder_sweep(reported): with --appbuilder-sweep, a failed assertion in whose text "
        "this regular expression is found means that the user was told of the failure",
    )
    config.addinivalue_line(
        "markers",
        "appbuilder_live: lets the test call a gateway that is not this machine; it may cost money",
    )
    single = config.getoption("--appbuilder-fault")
    if single or config.getoption("--appbuilder-sweep"):
        from appbuilder_mock.sweep import Point
        from appbuilder_mock.sweep_plugin import Sweep

        try:
            sweep = Sweep(Point.parse(single) if single else None)
        except ValueError as error:
            raise pytest.UsageError(f"--appbuilder-fault: {error}") from None
        config.stash[_sweep] = sweep
        config.pluginmanager.register(sweep, "appbuilder_sweep")
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
    received. When the test fails, the report shows what the server received and holds. The mark
    `appbuilder_scenario` names a scenario. With `--appbuilder-record` a recorder stands before it.
    """
    try:
        from appbuilder_mock.server.server import running
    except ModuleNotFoundError as missing:
        pytest.fail(MISSING.format("appbuilder_mock", missing.name), pytrace=False)
    import secrets

    records = request.config.getoption("--appbuilder-record")
    upstream = request.config.getoption("--appbuilder-upstream") if records else None
    options = {} if upstream else _scenario_of(request.node)
    token = _token() if upstream else f"test-{secrets.token_hex(8)}"
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(running(token=token, **options))
        if records:
            from appbuilder_mock.recording.server import recording

            file = _recording_of(request.node, upstream)
            server.url = stack.enter_context(recording(file, upstream or server.url))
        if (sweep := request.config.stash.get(_sweep, None)) is not None:
            stack.enter_context(sweep.observed(server))
        request.node.stash[_server] = server
        yield server


def _scenario_of(item: pytest.Item) -> dict[str, Any]:
    """The options of a server that the test's mark asks for."""
    mark = item.get_closest_marker("appbuilder_scenario")
    if mark is None:
        return {}
    if len(mark.args) != 1 or mark.kwargs.keys() - {"speed"}:
        pytest.fail(
            f'{item.nodeid}: expected @pytest.mark.appbuilder_scenario("file.yaml", speed=1), got '
            f"{len(mark.args)} arguments and {sorted(mark.kwargs) or 'no options'}",
            pytrace=False,
        )
    from appbuilder_mock.scenarios import ScenarioError, read_scenario

    file = item.path.parent / mark.args[0]
    try:
        return {"scenario": read_scenario(file), **mark.kwargs}
    except ScenarioError as error:
        hint = "" if file.exists() else "; record it with --appbuilder-record --appbuilder-upstream"
        pytest.fail(f"{error}{hint}", pytrace=False)


def _recording_of(item: pytest.Item, upstream: str | None) -> Path:
    """The file to record a test to: the one that it plays, or one named after the test.

    A file that the test plays is recorded again from another gateway only.
    """
    mark = item.get_closest_marker("appbuilder_scenario")
    if mark is not None and mark.args and upstream:
        file: Path = item.path.parent / mark.args[0]
        return file
    test = ESCAPED.sub(lambda found: chr(int(found[1], 16)), item.nodeid.partition("::")[2])
    name = re.sub(r"[^\w.\[\]-]+", "-", test)
    if name != test.replace("::", "-") or len(name) > LONGEST_NAME:
        # Distinguished from tests with the same name but for these characters.
        name = f"{name[:LONGEST_NAME]}-{hashlib.sha256(test.encode()).hexdigest()[:8]}"
    return item.path.parent / "recordings" / item.path.stem / f"{name}.yaml"


def _token() -> str:
    token = os.environ.get("APPBUILDER_TOKEN", "")
    if not token:
        pytest.fail("--appbuilder-upstream needs a token: set APPBUILDER_TOKEN", pytrace=False)
    return token


@pytest.fixture
def appbuilder_client(appbuilder_mock: Running) -> Iterator[AppBuilder]:
    """The client of this distribution, pointed at the test's mock server."""
    try:
        from appbuilder_assistants import AppBuilder
    except ImportError as missing:
        pytest.skip(MISSING.format("appbuilder_client", missing.name))
    with AppBuilder(appbuilder_mock.token, appbuilder_mock.url) as client:
        yield client


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
