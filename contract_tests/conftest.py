"""The fixtures and options of the suite."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .client.client import CheckedClient
    from .client.fixtures import OwnedObjects, RenewedObjects
    from .plugin import SuitePlugin
    from .suite_state import Suite
    from .target.mock_control import MockControl
    from .target.target import Target

TOO_OLD = sys.version_info < (3, 11)  # for schemathesis; the rest of the project takes 3.10
if TOO_OLD:
    collect_ignore_glob = ["*/test_*.py"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--reports", type=Path, help="the folder for report.html and requests.har")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "live_safe: is also done to a live service, where runs cost money"
    )
    config.addinivalue_line("markers", "each_operation: is done for each operation by itself")
    if TOO_OLD or not includes_suite(config):
        return
    from .plugin import SuitePlugin
    from .report.plugin import ReportPlugin

    plugin = SuitePlugin()
    # Registered first, because the plugin that is registered later ends sooner.
    reports = ReportPlugin(plugin.suite, config.getoption("--reports"))
    config.pluginmanager.register(reports)
    config.pluginmanager.register(reports.causes)
    config.pluginmanager.register(plugin, "contract-suite")


def includes_suite(config: pytest.Config) -> bool:
    """Whether tests of a server were chosen. All others do without one."""
    suite = Path(__file__).parent / "suite"
    chosen = [Path(one.partition("::")[0]).resolve() for one in config.args]
    return any(one in (suite, *suite.parents) or suite in one.parents for one in chosen)


def pytest_report_header() -> list[str]:
    return ["contract tests: not run, they need Python 3.11 or newer"] if TOO_OLD else []


@pytest.fixture(scope="session")
def suite(pytestconfig: pytest.Config) -> Suite:
    plugin: SuitePlugin | None = pytestconfig.pluginmanager.get_plugin("contract-suite")
    assert plugin is not None
    return plugin.suite


@pytest.fixture(scope="session")
def target(suite: Suite) -> Target:
    """The server under test."""
    return suite.target


@pytest.fixture(scope="session")
def client(suite: Suite) -> Iterator[CheckedClient]:
    from .client.client import CheckedClient

    with contextlib.closing(CheckedClient(suite)) as client:
        yield client


@pytest.fixture
def control(target: Target) -> Iterator[MockControl]:
    """The control routes of the mock; no other target has them."""
    if target.kind != "mock":
        pytest.skip("only the mock can be scripted, and only its limits are known")
    from .target.mock_control import MockControl

    control = MockControl(target.url)
    yield control
    control.stop()


@pytest.fixture(scope="module")
def renewed_objects(client: CheckedClient) -> RenewedObjects:
    from .client.fixtures import RenewedObjects

    return RenewedObjects(client)


@pytest.fixture
def owned(renewed_objects: RenewedObjects) -> OwnedObjects:
    """Objects of one test file; replaced when they get old, because runs expire."""
    return renewed_objects.get()
