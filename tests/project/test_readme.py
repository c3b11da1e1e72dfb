"""The examples of the READMEs run, and the two READMEs show the same code."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import appbuilder_mock
import pytest

ROOT = Path(__file__).parents[2]
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]


def python_blocks(path: Path) -> list[str]:
    """The Python examples of a Markdown file, in order."""
    return re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("block", python_blocks(READMES[0]))
def test_an_example_runs(block: str) -> None:
    """What a new user copies from the README runs against the mock server."""
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


def test_both_readmes_show_the_same_code() -> None:
    """A Chinese reader gets the same examples as an English one."""
    english, chinese = (python_blocks(path) for path in READMES)

    assert english
    assert chinese == english


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_links_of_a_readme_lead_somewhere(path: Path) -> None:
    """Every relative link names a file that is there."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text(encoding="utf-8"))

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
