"""The official client against a mock server in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.interop.process import TOKEN, serving
from tests.interop.vendor_programs import summary, table


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture(scope="session")
def url_of_errors_in_the_body() -> Iterator[str]:
    """A server that answers errors under status 200."""
    with serving("--errors", "body") as address:
        yield address


@pytest.fixture(scope="session")
def url_of_kept_names() -> Iterator[str]:
    """A server that keeps the names of files unchanged."""
    with serving("--reading", "file-names=kept") as address:
        yield address


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """The environment of the official client, which reads it again for each call."""
    monkeypatch.setenv("GATEWAY_URL", url)
    monkeypatch.setenv("APPBUILDER_TOKEN", TOKEN)


@pytest.fixture(autouse=True)
def quiet(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """The official reader prints what it cannot parse, and continues: so it must print nothing."""
    yield
    assert capsys.readouterr().out == ""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what each of the vendor's programs needs, where they were run."""
    ran = {report.nodeid for report in terminalreporter.getreports("passed")}
    if any("test_vendor_programs" in node for node in ran):
        terminalreporter.section("the vendor's programs")
        terminalreporter.write(f"{table()}\n{summary()}\n")
