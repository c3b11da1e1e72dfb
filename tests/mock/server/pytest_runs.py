"""Runs of pytest on tests in a folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

OFFLINE = '''
import socket

import pytest

connect = socket.socket.connect


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch):
    """Nothing beyond this machine is called, whatever the environment says."""

    def checked(sock, address):
        assert sock.family == socket.AF_UNIX or address[0] in ("127.0.0.1", "::1"), address
        return connect(sock, address)

    monkeypatch.setattr(socket.socket, "connect", checked)
'''


def pytest_run(folder: Path, tests: str, *options: str, **environment: str) -> tuple[int, str]:
    """The exit status and output of pytest on these tests, with every warning an error."""
    (folder / "test_it.py").write_text(tests, encoding="utf-8")
    (folder / "conftest.py").write_text(OFFLINE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-W", "error", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env={**os.environ, "PYTHONUTF8": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
    )
    return done.returncode, done.stdout
