"""One run: the target is made ready before tests are collected, and left as it was found."""

from __future__ import annotations

import signal
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from .report.redaction import Redactor
from .spec import document as spec
from .spec.samples import ON_WAITING_RUNS
from .target import journal
from .target.cleanup import delete_all, delete_left_behind, left_there
from .target.example_objects import ExampleObjects
from .target.gateway import gateway
from .target.settings import SEED
from .target.target import NEVER, TOKEN, UnusableTarget, chosen_profile, chosen_target, mock_target

SUITE = Path(__file__).parent / "suite"
# Hand-written tests, those first that find most faults in least time; other files come after them.
FIRST = (
    "test_objects.py",
    "test_files.py",
    "test_lifecycle.py",
    "test_streams.py",
    "test_ends.py",
    "test_tokens.py",
    "test_lists.py",
    "test_odd_values.py",
    "test_refusals.py",
)
GENERATED = ("test_operations.py", "test_workflows.py")
LAST = "test_coverage.py"  # judges what the others reached


def rank(name: str) -> int:
    """The place of a file of tests in the order in which they run."""
    order = [*FIRST, "", *GENERATED, LAST]
    return order.index(name if name in order else "")


class Session:
    """A pytest plugin. `target` can be used from the moment when tests are collected."""

    def __init__(self) -> None:
        try:
            self.asked = chosen_target()
            self.profile = chosen_profile(self.asked)
        except UnusableTarget as error:
            raise pytest.UsageError(str(error)) from error
        self.target = self.asked
        self.whole = False  # all that this target can be asked is asked
        self.remains: list[str] = []  # on the target, in words
        self._stack = ExitStack()
        self._unmade: dict[str, str] = {}  # operations whose examples name what is not there

    def pytest_report_header(self) -> list[str]:
        profile = self.profile
        told = [f"contract: {self.asked.url or 'the mock, started here'}", f"seed {SEED}"]
        if profile.per_second:
            told.append(f"at most {profile.per_second:g} requests a second")
        if profile.runs is not None:
            told.append(f"at most {profile.runs} runs")
        if self.asked.dry_run:
            told.append("rehearsed on the mock, nothing is sent there")
        return [", ".join(told)]

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Make the target ready: tests are made from what there is on it."""
        if session.config.option.collectonly:
            return
        self.whole = [Path(one).resolve() for one in session.config.args] == [SUITE]
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        self._stack.callback(signal.signal, signal.SIGTERM, before)
        try:
            self._open()
        except UnusableTarget as error:
            redactor = Redactor(self.asked.token, self.asked.other_token)
            raise pytest.UsageError(redactor.text(str(error))) from error

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Leave out the tests that are not for this target; the most telling ones come first."""
        whole = self.whole
        if left_out := [item for item in items if not self._is_for_target(item)]:
            items[:] = [item for item in items if item not in left_out]
            config.hook.pytest_deselected(items=left_out)
        self.whole = whole and not self.profile.quick
        for item in items:
            operation_id = item.name.removeprefix("test_")
            if item.path.name in GENERATED and operation_id in self._unmade:
                reason = f"not set up (what the examples name): {self._unmade[operation_id]}"
                item.add_marker(pytest.mark.skip(reason=reason))
        items.sort(key=self._place)

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Name the test of an operation by its operationId, not by its path too."""
        if hasattr(item, "operation_label"):
            item.name = item.originalname  # type: ignore[attr-defined]
            item._nodeid = item.nodeid.partition("[")[0]  # type: ignore[attr-defined]

    def pytest_deselected(self) -> None:
        self.whole = False

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
        for line in self.remains:
            terminalreporter.write_line(f"contract: {line}", red=True)

    def _is_for_target(self, item: pytest.Item) -> bool:
        if self.profile.quick and item.path.name in GENERATED:
            return False
        return not self.profile.only_live_safe or item.get_closest_marker("live_safe") is not None

    def _place(self, item: pytest.Item) -> tuple[bool, int]:
        """First the operations whose examples need a run that waits, for these expire."""
        needs_waiting = item.name.removeprefix("test_") in ON_WAITING_RUNS
        can_expire = self.asked.kind != "mock" and item.path.name in GENERATED
        return not (can_expire and needs_waiting), rank(item.path.name)

    def _open(self) -> None:
        if self.asked.kind == "mock":
            self.target = self._stack.enter_context(mock_target())
            gateway.attach(self.target, self.profile, None)
            return
        if self.asked.dry_run:
            import appbuilder_mock

            mock = self._stack.enter_context(
                appbuilder_mock.running(token=TOKEN, expire_after=NEVER)
            )
            self.target = replace(self.asked, url=mock.url, token=TOKEN, other_token=None)
            gateway.attach(self.target, replace(self.profile, per_second=None), None)
        else:
            gateway.attach(self.target, self.profile, None)
        delete_left_behind(gateway, self.remains)
        gateway.journal = journal.journal_for(self.target.url)
        world = ExampleObjects(gateway)
        spec.rename(world.make())
        self._unmade = world.unmade()

    def _clean(self) -> None:
        if gateway.journal is None:
            return
        try:
            self.remains += delete_all(gateway, gateway.journal)
        except KeyboardInterrupt:
            self.remains += left_there(gateway, gateway.journal, "deleting was interrupted")
        finally:
            gateway.journal.close()
