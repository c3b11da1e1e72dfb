"""Execute examples/run.ipynb against a mock server, and write its outputs: `make notebook`.

The cell that installs the package is tagged `skip-execution`. Counters and the metadata of the
machine are left out, so that an execution changes the file only where an output changed.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import appbuilder_mock
import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

from scripts.doc_outputs import comparable

NOTEBOOK = Path(__file__).resolve().parent.parent / "examples" / "run.ipynb"


def executed(path: Path) -> Any:
    """The notebook with the outputs of a run from top to bottom.

    Raises nbclient.exceptions.CellExecutionError at the first cell that fails.
    """
    notebook = nbformat.read(path, as_version=4)
    with TemporaryDirectory() as folder, appbuilder_mock.running(seed="documentation") as server:
        environment = {
            **os.environ,
            "GATEWAY_URL": server.url,
            "APPBUILDER_TOKEN": server.token,
            "PYTHONUTF8": "1",
        }
        # A TCP port would be open to every user of the machine.
        config = Config({"KernelManager": {"transport": "ipc", "ip": f"{folder}/kernel"}})
        client = NotebookClient(notebook, config=config, timeout=120, record_timing=False)
        client.execute(env=environment)
    return notebook


def outputs(notebook: Any) -> list[str]:
    """The output of each code cell, without ids and times."""
    return [
        comparable("".join(output.get("text", "") for output in cell.outputs))
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def main() -> None:
    """Write the outputs of the notebook where they changed."""
    before = nbformat.read(NOTEBOOK, as_version=4)
    after = executed(NOTEBOOK)
    if outputs(after) == outputs(before):
        return
    for cell in after.cells:
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = _joined(cell.outputs)
    after.metadata = before.metadata
    NOTEBOOK.write_text(nbformat.writes(after) + "\n", encoding="utf-8")
    print(f"written: {NOTEBOOK.name}")


def _joined(cell_outputs: list[Any]) -> list[Any]:
    """One output for all that a cell printed, however the kernel cut it."""
    text = "".join(output.text for output in cell_outputs)
    return [nbformat.v4.new_output("stream", name="stdout", text=text)] if text else []


if __name__ == "__main__":
    main()
