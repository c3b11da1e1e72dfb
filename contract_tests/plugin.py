"""The pytest plugin of a run: the target is made ready, and left as it was found."""

from __future__ import annotations

import signal
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from schemathesis.pytest.plugin import SchemaHandleMark
from schemathesis.transport.requests import REQUESTS_TRANSPORT

from .report.redaction import Redactor
from .spec import document as spec
from .spec.samples import ON_WAITING_RUNS
from .suite_state import Suite
from .target import journal
from .target.cleanup import delete_all, delete_orphaned, report_remaining
from .target.example_objects import ExampleObjects
from .target.target import (
    NEVER,
    TOKEN,
    ProxyFactory,
    UnusableTarget,
    chosen_profile,
    chosen_target,
    mock_target,
)

SUITE = Path(__file__).parent / "suite"
# Hand-written tests, sorted by the faults that they find in a given time; other files follow.
FIRST = (
    "test_objects.py",
    "test_files.py",
    "test_lifecycle.py",
    "test_streams.py",
    "test_ends.py",
    "test_tokens.py",
    "test_lists.py",
    "test_odd_values.py",
    "test_errors.py",
)
GENERATED = ("test_operations.py", "test_workflows.py")
LAST = "test_coverage.py"  # judges the coverage of the others


def rank(name: str) -> int:
    """The place of a file of tests in the order in which they run."""
    order = [*FIRST, "", *GENERATED, LAST]
    return order.index(name if name in order else "")


@dataclass(frozen=True)
class MockProxy:
    """A proxy for the mock that the suite starts: an argument of `pytest.main(plugins=[…])`."""

    factory: ProxyFactory


class SuitePlugin:
    """Makes the Suite of a run, and keeps its target in order."""

    def __init__(self) -> None:
        try:
            requested = chosen_target()
            self.suite = Suite(requested, chosen_profile(requested))
        except UnusableTarget as error:
            raise pytest.UsageError(str(error)) from error
        self._stack = ExitStack()
        self._unavailable: dict[str, str] = {}  # operations with a missing example object

    def pytest_configure(self) -> None:
        """Let schemathesis send through the gateway.

        The probes of its checks (with no token, with a bad one) pass by every hook of it.
        """
        patch = pytest.MonkeyPatch()
        send = self.suite.gateway.through(REQUESTS_TRANSPORT.send)
        patch.setattr(REQUESTS_TRANSPORT, "send", send)
        self._stack.callback(patch.undo)

    def pytest_unconfigure(self) -> None:
        self._stack.close()

    def pytest_report_header(self) -> list[str]:
        requested, profile = self.suite.requested, self.suite.profile
        facts = [
            f"contract: {requested.url or 'the mock, started here'}",
            f"seed {profile.seed}",
        ]
        if profile.per_second:
            facts.append(f"at most {profile.per_second:g} requests a second")
        if profile.runs is not None:
            facts.append(f"at most {profile.runs} runs")
        if requested.dry_run:
            facts.append("dry run on the mock, nothing is sent there")
        return [", ".join(facts)]

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Make the target ready: tests are made from its objects."""
        if session.config.option.collectonly:
            return
        self.suite.is_whole = [Path(one).resolve() for one in session.config.args] == [SUITE]
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        self._stack.callback(signal.signal, signal.SIGTERM, before)
        try:
            self._open(session.config)
        except UnusableTarget as error:
            requested = self.suite.requested
            redactor = Redactor(requested.token, requested.other_token)
            raise pytest.UsageError(redactor.text(str(error))) from error

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave out files of generated tests before time is spent on what they would send."""
        is_skipped = self.suite.profile.quick and collection_path.name in GENERATED
        return True if is_skipped else None

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(
        self, collector: pytest.Module, name: str, obj: Any
    ) -> list[pytest.Item | pytest.Collector] | None:
        """Make a test of each operation from a function with the marker `each_operation`."""
        marks = [one.name for one in getattr(obj, "pytestmark", ())]
        if "each_operation" not in marks or SchemaHandleMark.is_set(obj):
            return None
        made: list[pytest.Item | pytest.Collector] = []
        for operation_id in spec.operations():
            # An inclusion would add to what settings of single operations include, which is all.
            others = [one for one in spec.operations() if one != operation_id]
            test = self.suite.schema.exclude(operation_id=others).parametrize()(obj)
            made.append(
                collector.ihook.pytest_pycollect_makeitem(
                    collector=collector, name=f"test_{operation_id}", obj=test
                )
            )
        return made

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Deselect the tests that are not for this target; sort the others by rank."""
        is_whole = self.suite.is_whole
        if deselected := [item for item in items if not self._is_for_target(item)]:
            items[:] = [item for item in items if item not in deselected]
            config.hook.pytest_deselected(items=deselected)
        self.suite.is_whole = is_whole and not self.suite.profile.quick
        for item in items:
            operation_id = item.name.removeprefix("test_")
            if item.path.name in GENERATED and operation_id in self._unavailable:
                reason = f"not set up (what the examples name): {self._unavailable[operation_id]}"
                item.add_marker(pytest.mark.skip(reason=reason))
        items.sort(key=self._place)

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Name the test of an operation by its operationId, not by its path too."""
        if hasattr(item, "operation_label"):
            item.name = item.originalname  # type: ignore[attr-defined]
            item._nodeid = item.nodeid.partition("[")[0]  # type: ignore[attr-defined]

    def pytest_deselected(self) -> None:
        self.suite.is_whole = False

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self) -> Generator[None]:
        """Delete what was made, also after Ctrl-C; a second one ends that.

        The fixtures that still stand come before it: they may need the target.
        """
        try:
            yield
        finally:
            try:
                self._clean()
            finally:
                self._stack.close()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for line in self.suite.remains:
            terminalreporter.write_line(f"contract: {line}", red=True)

    def _is_for_target(self, item: pytest.Item) -> bool:
        return (
            not self.suite.profile.only_live_safe
            or item.get_closest_marker("live_safe") is not None
        )

    def _place(self, item: pytest.Item) -> tuple[bool, int]:
        """The sort key of a test: examples that need a waiting run first, because it expires."""
        needs_waiting = item.name.removeprefix("test_") in ON_WAITING_RUNS
        can_expire = self.suite.requested.kind != "mock" and item.path.name in GENERATED
        return not (can_expire and needs_waiting), rank(item.path.name)

    def _open(self, config: pytest.Config) -> None:
        suite, gateway = self.suite, self.suite.gateway
        if suite.requested.kind == "mock":
            proxies = [
                one.factory
                for one in config.pluginmanager.get_plugins()
                if isinstance(one, MockProxy)
            ]
            gateway.target = self._stack.enter_context(mock_target(*proxies))
            return
        if suite.requested.dry_run:
            import appbuilder_mock

            mock = self._stack.enter_context(
                appbuilder_mock.running(token=TOKEN, expire_after=NEVER)
            )
            gateway.target = replace(suite.requested, url=mock.url, token=TOKEN, other_token=None)
        delete_orphaned(gateway, suite.remains)
        gateway.journal = journal.journal_for(suite.target.url)
        objects = ExampleObjects(gateway)
        suite.document = spec.Document(objects.make())
        self._unavailable = objects.unavailable()

    def _clean(self) -> None:
        gateway = self.suite.gateway
        if gateway.journal is None:
            return
        try:
            self.suite.remains += delete_all(gateway, gateway.journal)
        except KeyboardInterrupt:
            self.suite.remains += report_remaining(
                gateway, gateway.journal, "deleting was interrupted"
            )
        finally:
            gateway.journal.close()
