"""docs/reference: complete, up to date, and with examples that run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import appbuilder_mock
import pytest
import yaml
from appbuilder_assistants import AppBuilder

from scripts.operations_table import methods

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "reference"
METHODS = [name for name, _ in methods(AppBuilder(token="none")) if "." in name]
SPEC = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
RESOURCES = [tag["x-resource"].replace(".", "-") for tag in SPEC["tags"]]
PROGRAM = re.compile(r"```python\n(from appbuilder_assistants .+?)```", re.DOTALL)
RUNNER = """
import pathlib, runpy
for one in sorted(pathlib.Path('.').glob('*.py')):
    print(one.name, flush=True)
    runpy.run_path(str(one))
"""


def sections(page: str) -> dict[str, str]:
    """The methods of a page, each with its text."""
    text = (FOLDER / page).read_text(encoding="utf-8")
    parts = re.split(r"(?m)^## (.+)\n", text)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    prefix = "`client."
    return {
        title.removeprefix(prefix).rstrip("`"): body
        for title, body in found.items()
        if title.startswith(prefix)
    }


def test_it_is_up_to_date() -> None:
    """`make generate` writes it, and lacks no text."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.reference", "--check"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("suffix", ["", ".zh-CN"])
def test_every_method_is_described(suffix: str) -> None:
    """With its signature, errors and an example; in Chinese in Chinese."""
    found = {
        name: body
        for resource in RESOURCES
        for name, body in sections(f"{resource}{suffix}.md").items()
    }

    assert sorted(found) == sorted(METHODS)
    for name, body in found.items():
        assert f"```python\n{name.rpartition('.')[2]}(" in body
        assert re.search(r"\| 4\d\d \[`\w+Error`\]\(errors", body), name
        [program] = PROGRAM.findall(body)
        compile(program, name, "exec")
        if suffix:
            prose = re.sub(r"```.*?```|`[^`]*`|\[.*?\)", "", body, flags=re.DOTALL)
            assert re.findall(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}", prose) == [], name


@pytest.mark.parametrize("resource", RESOURCES)
def test_the_examples_run(resource: str, tmp_path: Path) -> None:
    """As they stand, in order, on a server that has what they name; in both languages the same."""
    programs = [PROGRAM.findall(body)[0] for body in sections(f"{resource}.md").values()]
    for number, program in enumerate(programs):
        (tmp_path / f"{number:02}.py").write_text(program, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("笔记", encoding="utf-8")
    with appbuilder_mock.running(examples=True) as server:
        done = subprocess.run(
            [sys.executable, "-c", RUNNER],
            cwd=tmp_path,
            env={**os.environ, "GATEWAY_URL": server.url, "APPBUILDER_TOKEN": server.token},
            capture_output=True,
            encoding="utf-8",
            timeout=300,
        )

    assert done.returncode == 0, done.stdout + done.stderr
    chinese = [PROGRAM.findall(body)[0] for body in sections(f"{resource}.zh-CN.md").values()]
    assert chinese == programs
