"""Runs of `make generate` with a changed openapi.yaml."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.generated.spec import ROOT


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The script's exit code and what it printed."""
    command = [sys.executable, ROOT / "scripts" / "generate.py", *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", cwd=ROOT.parent)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def spec_file(folder: Path, spec: Any) -> Path:
    """The spec as a file."""
    path = folder / "openapi.yaml"
    path.write_text(yaml.safe_dump(spec, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path
