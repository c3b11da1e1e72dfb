"""The official client behind the guard of the pytest plugin, which refuses live gateways."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """
import appbuilder
import pytest


def call():
    appbuilder.assistant.assistants.list()


def test_refused():
    with pytest.raises(Exception) as caught:
        call()
    print("raised", caught.value)


def test_this_machine(appbuilder_mock, monkeypatch):
    monkeypatch.setenv("GATEWAY_URL", appbuilder_mock.url)
    monkeypatch.setenv("APPBUILDER_TOKEN", appbuilder_mock.token)
    call()
    appbuilder_mock.assert_received("listAssistants", times=1)


@pytest.mark.appbuilder_live
def test_marked(monkeypatch):
    monkeypatch.setenv("GATEWAY_URL", "http://192.0.2.7:99999")  # no port: nothing is sent
    with pytest.raises(Exception) as caught:
        call()
    assert "is not this machine" not in str(caught.value)
"""


@pytest.mark.parametrize(
    ("gateway", "host"),
    [(None, "appbuilder.baidu.com"), ("http://192.0.2.7:8080", "192.0.2.7")],
)
def test_the_official_client_is_refused(gateway: str | None, host: str, tmp_path: Path) -> None:
    """With the service's own address and with another; a marked test is not."""
    (tmp_path / "test_it.py").write_text(TESTS, encoding="utf-8")
    unset = ("GATEWAY_URL", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    environment |= {"APPBUILDER_TOKEN": "t", "PYTHONUTF8": "1"}
    if gateway:
        environment["GATEWAY_URL"] = gateway

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-s", "-W", "ignore", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    [error] = [line for line in done.stdout.splitlines() if "raised" in line]
    assert f"{host} is not this machine, and a call of it may cost money" in error
    assert "@pytest.mark.appbuilder_live" in error
