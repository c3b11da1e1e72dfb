"""The official client against a mock server in a process of its own."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

import pytest

TOKEN = "your_appbuilder_token"  # what the notebook sets
GRACE = 20  # seconds for the server to stop


def pytest_configure(config: pytest.Config) -> None:
    # The official client and the old packages it pins warn of much; that is not ours to mend.
    config.addinivalue_line("filterwarnings", "ignore")


@contextlib.contextmanager
def serving(*options: str) -> Iterator[str]:
    """The URL of a server."""
    popen = subprocess.Popen(
        [sys.executable, "-m", "appbuilder_mock", "--port", "0", "--token", TOKEN, *options],
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    with popen:
        try:
            assert popen.stdout is not None
            yield popen.stdout.readline().removeprefix("listening on ").strip()
        finally:
            popen.terminate()
            popen.wait(GRACE)


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture(scope="session")
def url_of_errors_in_the_body() -> Iterator[str]:
    """A server that answers errors under status 200."""
    with serving("--errors", "body") as address:
        yield address


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Where the official client looks; it reads this anew for each call."""
    monkeypatch.setenv("GATEWAY_URL", url)
    monkeypatch.setenv("APPBUILDER_TOKEN", TOKEN)


@pytest.fixture(autouse=True)
def quiet(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """The official reader prints what it cannot parse, and goes on: so it must print nothing."""
    yield
    assert capsys.readouterr().out == ""
