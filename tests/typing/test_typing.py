"""Users' editors: their programs are read by mypy and pyright."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from scripts.doc_outputs import examples, pages

# Fragments, and programs of the official SDK.
NOT_OURS = (
    "architecture.md",
    "contract-testing.md",
    "migrating.md",
    "scenarios.md",
    "testing-your-app.md",
)
PROGRAMS = sorted(Path(__file__).parent.glob("user_*.py"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A user's folder, with a configuration of its own and copies of the programs."""
    for program in PROGRAMS:
        shutil.copy(program, tmp_path)
    (tmp_path / "pyrightconfig.json").write_text(
        '{"typeCheckingMode": "strict", "reportUnnecessaryTypeIgnoreComment": true,'
        ' "enableTypeIgnoreComments": false, "pythonVersion": "3.10"}',
        encoding="utf-8",
    )
    return tmp_path


def check(
    project: Path, *command: str, files: Iterable[str] = ()
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command, *files],
        cwd=project,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


MYPY = ("mypy", "--strict", "--python-version=3.10", "--cache-dir=mypy")
PYRIGHT = ("pyright", f"--pythonpath={sys.executable}")


@pytest.mark.parametrize("command", [MYPY, PYRIGHT], ids=lambda c: c[0])
def test_a_users_program(project: Path, command: tuple[str, ...]) -> None:
    """Each is right, and wrong just where it says so: an ignore that is not needed is an error."""
    done = check(project, *command, files=(path.name for path in PROGRAMS))

    assert done.returncode == 0, done.stdout


def test_the_examples_of_the_documentation(tmp_path: Path) -> None:
    """As an editor shows them: pyright in its standard mode has nothing to say."""
    programs = [
        (f"{path.stem.replace('-', '_')}_{number}.py", example.code)
        for path, _ in pages()
        if path.name not in NOT_OURS
        for number, example in enumerate(examples(path), start=1)
    ]
    for name, code in programs:
        (tmp_path / name).write_text(code, encoding="utf-8")
    (tmp_path / "pyrightconfig.json").write_text(
        '{"typeCheckingMode": "standard", "pythonVersion": "3.10"}', encoding="utf-8"
    )

    done = check(tmp_path, *PYRIGHT)

    assert len(programs) > 10
    assert done.returncode == 0, done.stdout
