"""The mock server in a process of its own, so that its CPU time is not the client's."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

TOKEN = "benchmark"


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """The URL of a server."""
    command = [sys.executable, "-m", "appbuilder_mock", "--port", "0", "--token", TOKEN]
    popen = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8")
    with popen:
        try:
            assert popen.stdout is not None
            yield popen.stdout.readline().removeprefix("listening on ").strip()
        finally:
            popen.terminate()
