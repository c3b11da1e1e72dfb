"""How much is tried, from which seed, and what came of it.

make fuzz                   10,000 answers for each client
make fuzz FUZZ_SEED=7       others
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator, Iterator

import pytest

from tests.fuzz.server import FuzzServer, fuzz_server
from tests.sent_requests import SentRequests, complaint

ANSWERS = int(os.environ.get("FUZZ_ANSWERS") or 400)
"""For each client, at least; a few in `make test`."""
SEED = int(os.environ.get("FUZZ_SEED") or 1)


@pytest.fixture(scope="session")
def fuzz() -> Iterator[FuzzServer]:
    with fuzz_server() as server:
        yield server


@pytest.fixture(autouse=True)
def sent_requests(
    request: pytest.FixtureRequest, _recorded_requests: SentRequests
) -> Iterator[SentRequests]:
    """As for every test; but a continuation sends the ids that it received, however odd."""
    yield _recorded_requests
    problems = _recorded_requests.take()
    if problems and "_with_tools" not in request.node.name:
        pytest.fail(complaint(problems, None) or "")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write halves of surrogate pairs escaped: xdist cannot pass on a report that has any."""
    report = yield
    text = report.longreprtext
    readable = text.encode("utf-8", "backslashreplace").decode("utf-8")
    if readable != text:
        report.longrepr = readable
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many answers there were, and what calls came to; from all processes."""
    answered: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    for report in [
        r for kind in ("passed", "failed") for r in terminalreporter.stats.get(kind, ())
    ]:
        properties = dict(report.user_properties)
        answered.update(properties.get("answered", {}))
        outcomes.update(properties.get("outcomes", {}))
    counts = ", ".join(
        f"{count:,} answers to the {name} client" for name, count in answered.items()
    )
    terminalreporter.write_line(f"fuzz: {counts or 'no answers'} (FUZZ_SEED={SEED})")
    for name, count in outcomes.most_common():
        terminalreporter.write_line(f"fuzz: {count:>8,}  {name}")
