"""The commands on an event loop without signal handlers, as on Windows."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mock.process import GRACE, first_line

PROGRAM = """
import asyncio, sys
def missing(*_): raise NotImplementedError
sys.modules["uvloop"] = None
asyncio.SelectorEventLoop.add_signal_handler = missing
from appbuilder_mock.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("options", [[], ["record", "--to", "session.yaml"]], ids=["", "record"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal(options: list[str], number: signal.Signals, tmp_path: Path) -> None:
    """The server starts, and the signal stops it."""
    popen = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, *options, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=tmp_path,
    )
    with popen:
        try:
            assert "ing on http://127.0.0.1:" in first_line(popen)
            popen.send_signal(number)
            _, err = popen.communicate(timeout=GRACE)
            assert (popen.returncode, err) == (0, "")
        finally:
            popen.kill()
