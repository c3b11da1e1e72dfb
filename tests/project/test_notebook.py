"""The official notebook runs here after changing its one import line; so do ours and the demo."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import appbuilder_mock
import nbformat

from scripts.notebook import NOTEBOOK, executed, outputs

ROOT = Path(__file__).parents[2]


def notebook_program() -> str:
    """The notebook's code cells as one program: the pip cell dropped, the import line changed."""
    path = ROOT / "tests" / "project" / "official_run.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    program = "\n".join(cell for cell in cells if not cell.startswith("!"))
    program, changed = re.subn(
        r"^import appbuilder$",
        "import appbuilder_assistants as appbuilder",
        program,
        flags=re.MULTILINE,
    )
    assert changed == 1
    return program


def test_the_notebook_runs_top_to_bottom() -> None:
    """Its cells print a run, the list, the query, the steps and a step."""
    with appbuilder_mock.running(token="your_appbuilder_token") as server:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", notebook_program()],
            env={**os.environ, "GATEWAY_URL": server.url, "PYTHONUTF8": "1"},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )

    assert (done.returncode, done.stderr) == (0, "")
    run, listed, queried, step, again = done.stdout.splitlines()
    assert "object='run.result'" in run
    assert "model=''" in run
    assert "每句话回复前都加上我是秦始皇" in run
    assert "object='thread.run'" in listed
    assert "final_answer=None" in queried
    assert "id='step-1'" in step
    assert "assistant_id=None" in again


def test_our_notebook_prints_its_outputs() -> None:
    """examples/run.ipynb runs from top to bottom; `make notebook` writes its outputs."""
    shown = outputs(nbformat.read(NOTEBOOK, as_version=4))

    assert outputs(executed(NOTEBOOK)) == shown
    assert sum(map(bool, shown)) >= 10


def test_the_demo_holds_and_stays_readable() -> None:
    """`make demo` exits with 0 and prints fewer than 20 lines a step."""
    done = subprocess.run(
        [sys.executable, "-W", "error", str(ROOT / "examples" / "demo.py")],
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (0, "")
    steps = re.split(r"^── ", done.stdout, flags=re.MULTILINE)[1:]
    assert len(steps) == 6
    assert max(len(step.strip().splitlines()) for step in steps) < 20
    assert "✗" not in done.stdout
