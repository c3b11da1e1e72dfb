"""The mock server as a process of its own."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

TOKEN = "your_appbuilder_token"  # what the notebook sets
GRACE = 20  # seconds for the server to stop


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
