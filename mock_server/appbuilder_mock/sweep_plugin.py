"""`pytest --appbuilder-sweep`: each test with a mock server, at every fault point of its calls."""

from __future__ import annotations

import re
import shlex
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from _pytest.runner import runtestprotocol  # plugins that run tests again all use it

from appbuilder_mock.server.running import Running
from appbuilder_mock.sweep import (
    HUNG,
    LEGEND,
    MISSED,
    REPORTED,
    TIMEOUT,
    WHOLE,
    WRONG,
    Point,
    Result,
    Watch,
    judged,
    points_of,
    table,
    unfinished,
)

if TYPE_CHECKING:
    import pluggy

PROPERTY = "appbuilder_sweep"  # of a report, which a worker of pytest-xdist sends


class Sweep:
    """Runs a test once for each point, and reports it once.

    A test that passes came through whole. An error that leaves the program has informed its user,
    and so has a failed assertion in whose text the mark's `reported` is found; any other says that
    something is false. `single` is the only point to try.
    """

    def __init__(self, single: Point | None) -> None:
        self._single = single
        self._point: Point | None = None
        self._points: list[Point] = []
        self._state: str | None = None
        self._error: BaseException | None = None
        self._tables: list[str] = []

    @contextmanager
    def observed(self, server: Running) -> Iterator[None]:
        """A test's server, from its start to its end."""
        if self._point is not None:
            server.inject_fault(self._point.operation, self._point.nth, self._point.fault)
        with Watch(server, TIMEOUT) as watch:
            yield
        self._state = HUNG if watch.is_hung else unfinished(server)
        if self._single and server.has_pending_fault:
            self._state = MISSED
        if self._point is None:
            self._points = points_of(server)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> bool | None:
        if "appbuilder_mock" not in getattr(item, "fixturenames", ()):
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        try:
            reports, usual = self._attempt(item, self._single), None
            results = []
            if self._single:
                results = [self._result(item, self._single, None)]
            elif not any(report.failed for report in reports):
                points, usual = self._points, self._state
                for point in points:
                    self._attempt(item, point)
                    results.append(self._result(item, point, usual))
        finally:
            item.session._setupstate.teardown_exact(nextitem)
        for report in reports:
            if results and report.when == "call":
                _judge(report, item, results)
            elif self._single and report.failed:
                report.outcome = "passed"  # the verdict counts
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def _attempt(self, item: pytest.Item, point: Point | None) -> list[pytest.TestReport]:
        self._point, self._state, self._error, self._points = point, None, None, []
        # Shared fixtures stay: only the item itself is torn down.
        return runtestprotocol(item, log=False, nextitem=item.parent)  # type: ignore[arg-type]

    def _result(self, item: pytest.Item, point: Point, usual: str | None) -> Result:
        error = self._error
        verdict = WHOLE if error is None else REPORTED
        if isinstance(error, (AssertionError, pytest.fail.Exception)):
            mark = item.get_closest_marker("appbuilder_sweep")
            pattern = mark.kwargs.get("reported") if mark else None
            is_reported = pattern is not None and re.search(pattern, str(error))
            verdict = REPORTED if is_reported else WRONG
        detail = "" if error is None else f"{type(error).__name__}: {error}"
        return Result(point, judged(point, verdict, self._state, usual), detail)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pluggy.Result[pytest.TestReport], None]:
        report = (yield).get_result()
        if report.failed and self._error is None and call.excinfo is not None:
            self._error = call.excinfo.value

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._tables += [str(text) for name, text in report.user_properties if name == PROPERTY]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._tables:
            terminalreporter.section("fault points")
            terminalreporter.write_line(LEGEND)
            for text in self._tables:
                terminalreporter.write_line(text)


def _judge(report: pytest.TestReport, item: pytest.Item, results: list[Result]) -> None:
    """Add the outcomes at each point to the report of a test."""
    report.user_properties.append((PROPERTY, "\n".join(table(item.nodeid, results))))
    bad = [one for one in results if one.is_bad]
    report.outcome = "failed" if bad else "passed"
    report.longrepr = None
    if results[0].verdict == MISSED:
        report.outcome = "skipped"
        report.longrepr = (str(item.path), item.location[1] or 0, f"{results[0].point}: {MISSED}")
    if bad:
        lines = (
            f"{one.point}: {one.verdict}{f' ({_short(one.detail)})' if one.detail else ''}\n"
            f"  alone: pytest {shlex.quote(item.nodeid)} --appbuilder-fault '{one.point}'"
            for one in bad
        )
        report.longrepr = "\n".join(lines)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 200 else f"{line[:200]}…"
