"""The examples of the documentation run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project.markdown import ROOT, links_of, python_blocks, run_against_the_mock

DOCS = [ROOT / "docs" / name for name in ("errors.md", "streaming.md", "tools.md")]
EXAMPLES = [
    pytest.param(block, id=f"{path.name}-{number}")
    for path in DOCS
    for number, block in enumerate(python_blocks(path), start=1)
]


@pytest.mark.parametrize("block", EXAMPLES)
def test_an_example_runs(block: str) -> None:
    """What is copied from the documentation runs against the mock server, and prints something."""
    run_against_the_mock(block)


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    """Every relative link names a file that is there."""
    assert [link for link in links_of(path) if not (path.parent / link).exists()] == []
