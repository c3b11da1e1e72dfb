"""Reports of a session: in the terminal, and as JUnit, HTML and HAR files, without secrets."""

from __future__ import annotations

import shlex
import time
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from _pytest._code.code import ReprFileLocation
from _pytest._io import TerminalWriter

from contract_tests.checks.validation import BrokenPromises
from contract_tests.suite_state import Suite
from contract_tests.target.exchange import Exchange
from contract_tests.target.liveness import TargetStopped, unanswered_request
from contract_tests.target.target import EXPENSIVE, OTHER_TOKEN, TOKEN

from . import html as html_report
from .coverage_table import CoverageTable
from .curl import curl
from .failure_text import FailureText, described
from .first_lines import Causes
from .har import HarFile
from .redaction import Redactor

KEPT = 200  # of the newest requests of a test, among which is the one that shows a failure


Fixture = tuple[pytest.FixtureDef[Any], str]  # with its parameter


class RedactedReport(str):
    """The text of a failure, with the line that pytest's summary shows."""

    __slots__ = ("reprcrash",)
    reprcrash: ReprFileLocation

    def toterminal(self, out: TerminalWriter) -> None:
        """Write it. With this method, pytest-xdist sends it as text."""
        out.line(self)


class ReportPlugin:
    """A pytest plugin. Writes files only when it is given a folder."""

    def __init__(self, suite: Suite, folder: Path | None) -> None:
        self._suite = suite
        self._folder = folder
        self._mask = Redactor(
            suite.requested.token, suite.requested.other_token, TOKEN, OTHER_TOKEN
        )
        self._failures: dict[str, str] = {}
        self._of_this_test: list[Exchange] = []
        self._count: Counter[str] = Counter()
        self._har: HarFile | None = None
        self._began = time.monotonic()
        self._outcomes: Counter[str] = Counter()
        self.causes = Causes()
        self._test = "the tests began"
        self._last_answered: tuple[str, Exchange | None] = (self._test, None)
        self._failed_fixtures: dict[Exception, Fixture] = {}
        self._first_reason: dict[Fixture, tuple[str, str]] = {}  # a test, and what it said
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._har = HarFile(folder / "requests.har", self._mask)
        suite.gateway.listeners.append(self._note)

    def _note(self, exchange: Exchange) -> None:
        self._count[exchange.operation_id] += 1
        self._of_this_test = [*self._of_this_test[1 - KEPT :], exchange]
        if exchange.response is not None:
            self._last_answered = (self._test, exchange)
        if self._har is not None:
            self._har.write(exchange)

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._of_this_test = []
        self._test = item.nodeid

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Generator[None, object, object]:
        """Note which fixture an exception comes from."""
        try:
            return (yield)
        except Exception as error:
            self._failed_fixtures[error] = (fixturedef, str(getattr(request, "param", "")))
            raise

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Report the fault and how to reproduce it, without the token.

        A fixture that fails is reported once: the other tests that need it are skipped.
        """
        report = yield
        if report.failed and call.excinfo is not None:
            self._report_failure(report, item, call.excinfo.value)
        if report.when == "call" or report.outcome != "passed":
            self._outcomes[report.outcome] += 1
        report.sections = [(name, self._mask.text(text)) for name, text in report.sections]
        if self._suite.gateway.stopped and report.outcome != "passed":
            self._suite.is_whole = False
            item.session.shouldfail = f"the server stopped answering after {self._last_answered[0]}"
        return report

    @pytest.hookimpl(trylast=True)
    def pytest_exception_interact(self, node: pytest.Item, report: pytest.TestReport) -> None:
        """Set the text again, which schemathesis replaces."""
        if report.nodeid in self._failures:
            report.longrepr = self._failures[report.nodeid]

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self) -> Generator[None]:
        """Write the files, when the target is left as it was found."""
        try:
            yield
        finally:
            self._write()

    def _write(self) -> None:
        if self._har is not None:
            self._har.close()
        if self._folder is not None and (table := self._table()) is not None:
            html_report.write(
                self._folder / "report.html",
                facts=dict(self._facts()),
                table=table,
                causes=self.causes.lines(),
                failures=self._failures.items(),
            )

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if lines := self._suite.observations.lines():
            terminalreporter.write_sep("=", "observed of what is unknown")
            for line in lines:
                terminalreporter.write_line(line)
        if (table := self._table()) is None:
            return
        if self._suite.is_whole and not self._suite.requested.dry_run:
            terminalreporter.write_sep("=", "coverage")
            for line in table.lines():
                terminalreporter.write_line(line)
        terminalreporter.write_sep("=", "plan" if self._suite.requested.dry_run else "target")
        for name, value in self._facts():
            terminalreporter.write_line(f"{name:<10} {value}")
        if self._suite.requested.dry_run:
            for operation_id, times in sorted(self._count.items()):
                terminalreporter.write_line(f"  {operation_id:<22} {times:>5}")
        if self._folder is not None:
            terminalreporter.write_line(
                f"reports    {self._folder}/report.html, junit.xml, requests.har"
            )

    def _report_failure(
        self, report: pytest.TestReport, item: pytest.Item, error: BaseException
    ) -> None:
        text = described(item, error, self._request_of)
        path, line, _ = item.location
        if isinstance(error, TargetStopped):
            text = FailureText(self._stopped(), self._stopped())
        fixture = self._failed_fixtures.get(error) if isinstance(error, Exception) else None
        if fixture is not None:
            first = self._first_reason.setdefault(fixture, (item.nodeid, text.sentence))
            if first[0] != item.nodeid:
                reason = f"not set up ({fixture[0].argname}): {first[1]}; see {first[0]}"
                report.outcome = "skipped"
                report.longrepr = (path, (line or 0) + 1, self._mask.text(reason))
                self.causes.add(item.nodeid, self._mask.text(first[1]))
                return
        full = self._mask.text(f"{text.text}\n{self._again(item)}")
        longrepr = RedactedReport(full)
        longrepr.reprcrash = ReprFileLocation(path, (line or 0) + 1, self._mask.text(text.sentence))
        report.longrepr = longrepr
        self._failures[report.nodeid] = longrepr
        self.causes.add(item.nodeid, self._mask.text(text.sentence))

    def _stopped(self) -> str:
        """The last request that the target answered before it stopped."""
        test, exchange = self._last_answered
        reason = self._suite.gateway.stopped
        if exchange is None:
            return (
                f"the server stopped answering; it answered no test ({self._suite.gateway.stopped})"
            )
        line = curl(exchange, self._variables())
        return (
            f"the server stopped answering after {test} ({reason})\n"
            f"The last request that it answered:\n  {line}"
        )

    def _variables(self) -> dict[str, str]:
        """The shell variable of each token."""
        target = self._suite.target
        other = {target.other_token: "OTHER_TOKEN"} if target.other_token else {}
        return {target.token: self._token_name, **other}

    @property
    def _token_name(self) -> str:
        return "APPBUILDER_TOKEN" if self._suite.requested.kind == "live" else "TOKEN"

    def _table(self) -> CoverageTable | None:
        """None when no test was run."""
        if not self._outcomes:
            return None
        return CoverageTable(self._suite.coverage, self._suite.requested.kind)

    def _facts(self) -> Iterator[tuple[str, str]]:
        asked, profile = self._suite.requested, self._suite.profile
        gateway = self._suite.gateway
        yield "target", asked.url or "the mock, started for this run"
        if asked.dry_run:
            yield "sent there", "nothing: this was done to the mock instead"
        yield "seed", str(self._suite.profile.seed)
        yield "tests", ", ".join(f"{count} {outcome}" for outcome, count in self._outcomes.items())
        requests = self._count.total()
        rate = profile.per_second  # at the target itself: a dry run is not slowed down
        minutes = f"{requests / rate / 60:.1f} minutes and what the runs take" if rate else ""
        paced = f", at most {rate:g} a second: {minutes}" if rate else ""
        yield "requests", f"{requests}{paced}"
        runs = ", ".join(f"{gateway.runs.made[name]} {name}" for name in EXPENSIVE)
        limit = "" if profile.runs is None else f" of at most {profile.runs}"
        yield "runs", f"{gateway.runs.made.total()}{limit} ({runs})"
        if gateway.journal is not None:
            kinds = Counter(made.kind for made in gateway.journal.made)
            made = ", ".join(f"{count} {kind}s" for kind, count in kinds.items()) or "nothing"
            remaining = len(gateway.journal.remaining)
            yield "created", f"{made}; {remaining or 'nothing'} left there"
        if profile_of_unknown := self._suite.observations.profile():
            yield "readings", profile_of_unknown
        yield "took", f"{time.monotonic() - self._began:.0f} s"

    def _request_of(self, error: BaseException) -> str:
        """The request that shows a failure, as a curl line."""
        sent = [one for one in self._of_this_test if one.request is not None]
        if not sent:
            return ""
        # The last one shows what the test itself asserts; a test of an operation sends more after
        # a request that failed.
        request = error.request if isinstance(error, BrokenPromises) else unanswered_request(error)
        shown = sent[-1] if request is None else replace(sent[-1], request=request)
        return f"The request:\n  {curl(shown, self._variables())}"

    def _again(self, item: pytest.Item) -> str:
        """How to run the test again."""
        words = ["make contract"]
        if self._suite.requested.kind == "server":
            words += [f"TARGET={self._suite.requested.url}", "TOKEN=$TOKEN"]
            words += ["OTHER_TOKEN=$OTHER_TOKEN"] * (self._suite.requested.other_token is not None)
        elif self._suite.requested.kind == "live":
            words += ["TARGET=live"]
        words += [f"SEED={self._suite.profile.seed}", f"PYTEST={_for_make(item)}"]
        return f"Run it again:\n  {' '.join(words)}"


def _for_make(item: pytest.Item) -> str:
    """The selection of one test, quoted for make and a shell."""
    nodeid = item.nodeid
    inner = shlex.quote(nodeid).replace("$", "$$")
    return inner if inner == nodeid else shlex.quote(inner) if '"' in inner else f'"{inner}"'
