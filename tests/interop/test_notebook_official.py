"""The public notebook, as it is, under the official client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

NOTEBOOK = Path(__file__).parents[1] / "project" / "official_run.ipynb"


def test_the_notebook_runs_top_to_bottom(url: str) -> None:
    """Its cells print a run, the list, the query, the steps and a step."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    program = "\n".join(source for source in sources if not source.startswith("!"))
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "GATEWAY_URL": url, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    printed = [line for line in done.stdout.splitlines() if line.startswith("id=")]
    run, listed, queried, step, step_queried = printed
    assert "object='run.result'" in run
    assert "model='' instructions=''" in run
    assert "每句话回复前都加上我是秦始皇\\n你说:「hello world」" in run
    assert listed == queried
    assert "object='thread.run'" in listed
    assert "instructions='每句话回复前都加上我是秦始皇'" in listed
    assert "final_answer=None" in listed
    assert step.startswith("id='step-1' object='thread.run.step' assistant_id='asst_")
    assert "last_error=None" in step
    assert "assistant_id=None" in step_queried
