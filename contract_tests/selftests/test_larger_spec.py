"""The suite reads the spec: additions to the spec need no edit of a test."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from contract_tests.checks.coverage import Coverage
from contract_tests.report.coverage_table import BY_EXAMPLE, CoverageTable
from contract_tests.spec.document import DOCUMENT, operations

ROOT = Path(__file__).parents[2]
COPIED = ("contract_tests", "scripts", "mock_server", "pyproject.toml", "openapi.yaml")


def larger(document: dict[str, Any]) -> dict[str, Any]:
    """The spec with new operations, request and answer fields, a word and an event type."""
    schemas = document["components"]["schemas"]
    query = document["paths"]["/v2/threads/query"]["post"]
    archive = {**query, "operationId": "archiveThread", "x-method": "archive"}
    document["paths"]["/v2/threads/archive"] = {"post": archive}
    paged = {**document["paths"]["/v2/assistants/list"]["post"], "operationId": "listArchives"}
    document["paths"]["/v2/archives/list"] = {"post": paged}
    text = {"type": ["string", "null"], "maxLength": 40, "description": "A title."}
    schemas["CreateThreadRequest"]["properties"]["title"] = text
    schemas["Thread"]["properties"] |= {"title": text, "data": text}
    schemas["RunStatus"]["anyOf"][0]["enum"].append("paused")
    event_types = schemas["StreamRunStatus"]["properties"]["event_type"]
    event_types["anyOf"][0]["enum"].append("thought_begin")
    return document


def test_no_test_needs_an_edit(tmp_path: Path) -> None:
    """The new operation is tested as far as its example goes; the rest passes as before."""
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    document = larger(yaml.safe_load((ROOT / "openapi.yaml").read_text("utf-8")))
    (tmp_path / "openapi.yaml").write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    paths = os.pathsep.join([str(tmp_path), str(tmp_path / "mock_server")])
    chosen = ["-k", "archiveThread or listArchives or createThread or test_streams"]
    done = subprocess.run(
        [sys.executable, "-m", "contract_tests", "-p", "no:cacheprovider", "-rs", *chosen],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": paths, "CONTRACT_QUICK": "1", "COLUMNS": "200"},
        capture_output=True,
        encoding="utf-8",
        timeout=1200,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "the mock has no handler for archiveThread: it answers with an example" in done.stdout
    assert "there is no way here to fill listArchives" in done.stdout
    assert "failed" not in done.stdout


def test_an_example_fills_the_table() -> None:
    """Errors of an operation without a handler may be missing, those of others not."""
    coverage = Coverage()
    before = CoverageTable(coverage, "mock").empty()
    coverage.by_example.add("queryThread")
    table = CoverageTable(coverage, "mock")

    assert {one.split()[0] for one in before} == set(operations(DOCUMENT))
    assert {one.split()[0] for one in table.empty()} == set(operations(DOCUMENT)) - {"queryThread"}
    assert set(table.excuses().values()) == {BY_EXAMPLE}
