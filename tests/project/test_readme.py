"""The examples of the READMEs run, and the two READMEs show the same code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project.markdown import ROOT, links_of, python_blocks, run_against_the_mock

READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]


@pytest.mark.parametrize("block", python_blocks(READMES[0]))
def test_an_example_runs(block: str) -> None:
    """What a new user copies from the README runs against the mock server."""
    run_against_the_mock(block)


def test_both_readmes_show_the_same_code() -> None:
    """A Chinese reader gets the same examples as an English one."""
    english, chinese = (python_blocks(path) for path in READMES)

    assert english
    assert chinese == english


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_links_of_a_readme_lead_somewhere(path: Path) -> None:
    """Every relative link names a file that is there."""
    links = links_of(path)

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
