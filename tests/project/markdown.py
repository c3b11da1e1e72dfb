"""What documentation shows: programs to copy, and links."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import appbuilder_mock

ROOT = Path(__file__).parents[2]


def python_blocks(path: Path) -> list[str]:
    """The Python examples of a Markdown file, in order."""
    return re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)


def links_of(path: Path) -> list[str]:
    """The files that a Markdown file links to."""
    return re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text(encoding="utf-8"))


def run_against_the_mock(block: str) -> None:
    """Run an example as a program of its own; it must print something, and no warning."""
    with appbuilder_mock.running() as server:
        environment = {
            **os.environ,
            "GATEWAY_URL": server.url,
            "APPBUILDER_TOKEN": server.token,
            "PYTHONUTF8": "1",
        }
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", block],
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()
