"""The first failure of the tests against one server, and the checks that failed in it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import pytest

from contract_tests.checks.validation import BrokenPromises
from contract_tests.report.failure_text import leaves

LONGEST = 300  # characters of a failure's text that the table shows


@dataclass(frozen=True)
class FailedTest:
    """A test that failed, and the checks that failed in it.

    A test that broke down on a response, with a KeyError for instance, has no checks: it
    noticed something, but cannot say which promise was broken.
    """

    test: str
    checks: tuple[str, ...]
    text: str

    @property
    def function(self) -> str:
        """The test without its file and its parameters."""
        return self.test.rpartition("::")[2].partition("[")[0]


class FirstFailure:
    """A pytest plugin that remembers the first failure."""

    def __init__(self) -> None:
        self.failed: FailedTest | None = None
        self.passed = 0

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        self.passed += report.when == "call" and report.passed
        if report.failed and self.failed is None and call.excinfo is not None:
            self.failed = _failed(item.nodeid, call.excinfo.value)
        return report

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and self.failed is None:
            self.failed = FailedTest(report.nodeid, (), str(report.longrepr)[-LONGEST:])


def _failed(test: str, error: BaseException) -> FailedTest:
    found = list(leaves(error))
    broke_down = any(not isinstance(one, AssertionError) for one in found)
    named = dict.fromkeys(name for one in found for name in _checks(one))
    checks = () if broke_down else tuple(named)
    return FailedTest(test.rpartition("contract_tests/suite/")[2], checks, _short(found[0]))


def _checks(error: BaseException) -> tuple[str, ...]:
    """Which checks: the names of those that schemathesis runs, or the test's own `assert`."""
    return error.checks if isinstance(error, BrokenPromises) else ("assert",)


def _short(error: BaseException) -> str:
    text = str(error)
    if not isinstance(error, AssertionError):
        text = f"{type(error).__name__}: {text}"
    return " ".join(text.split())[:LONGEST]
