"""examples/testing-your-app: the tests of the example pass, and are as short as is said."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "testing-your-app"
GUIDE = ROOT / "docs" / "testing-your-app.md"


def run_tests(folder: Path) -> str:
    """The output of a project's passing tests, run in a copy of nothing: where they are."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"],
        cwd=folder,
        env={**os.environ, "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_example_passes() -> None:
    assert re.search(r"\b1\d passed", run_tests(EXAMPLE))


def test_each_test_is_short() -> None:
    """Under 20 lines, decorators and docstring included."""
    tree = ast.parse((EXAMPLE / "tests" / "test_chat.py").read_text(encoding="utf-8"))
    lengths = {
        node.name: (node.end_lineno or 0)
        - min([node.lineno, *(one.lineno for one in node.decorator_list)])
        + 1
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }

    assert len(lengths) > 5
    assert {name: length for name, length in lengths.items() if length >= 20} == {}


def test_the_guides_examples_pass(tmp_path: Path) -> None:
    """The tests of docs/testing-your-app.md run as they stand."""
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    for number, block in enumerate(blocks):
        (tmp_path / f"test_{number}.py").write_text(block, encoding="utf-8")

    assert len(blocks) >= 2
    run_tests(tmp_path)


@pytest.mark.parametrize("page", [GUIDE, EXAMPLE / "README.md"], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8"))

    assert links
    assert [link for link in links if not (page.parent / link).exists()] == []
