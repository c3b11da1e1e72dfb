"""One change in a copy of the repository: generate, and look at what follows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from scripts.regen_check.changes import Change

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("wrapper", "generated", "mock_server")
# The files that `make generate` writes; all others are written by hand.
GENERATED = (
    "docs/operations.md",
    "docs/reference/",
    "generated/appbuilder_api/",
    "mock_server/appbuilder_mock/scenario.schema.json",
    "wrapper/appbuilder_assistants/_async/resources/",
    "wrapper/appbuilder_assistants/_operations/",
    "wrapper/appbuilder_assistants/_sync/",
    "wrapper/appbuilder_assistants/assistant/assistant_type.py",
    "wrapper/appbuilder_assistants/assistant/public_type.py",
    "wrapper/appbuilder_assistants/assistant/thread_type.py",
    "wrapper/appbuilder_assistants/assistant/type.py",
    "wrapper/appbuilder_assistants/types.py",
)
CHECKS = {
    "types": ("mypy", "wrapper", "generated", "mock_server"),
    "lint": ("ruff", "check", "--quiet"),
    "format": ("ruff", "format", "--check", "--quiet"),
    "layout": ("scripts.check_layout",),
    "evidence": ("scripts.evidence", "--check"),
    "descriptions": ("scripts.check_descriptions",),
}


@dataclass(frozen=True)
class Outcome:
    """The effects of a change; `problems` is empty if there are no others."""

    change: Change
    files: list[str]
    problems: list[str]


class Copy:
    """A copy of the repository, in a repository of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listed = self._run("git", "ls-files", "-co", "--exclude-standard", "-z", folder=ROOT)
        for name in listed.stdout.split("\0"):
            if name and (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        me = ("-c", "user.name=regen-check", "-c", "user.email=regen-check@localhost")
        for arguments in (("init",), ("add", "-A"), (*me, "commit", "-m", "as it is")):
            self._must("git", *arguments[:-1], arguments[-1])
        self.check("types", *CHECKS["types"])  # fills mypy's cache

    def apply(self, change: Change) -> Outcome:
        """Make the change, generate, look, and undo all of it."""
        try:
            spec = self.folder / "openapi.yaml"
            document = yaml.safe_load(spec.read_text("utf-8"))
            change.apply(document)
            spec.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), "utf-8")
            problems = self.check("generate", "make", "-s", "generate", *self._settings())
            files = self._changed()
            problems += [f"{name} is written by hand" for name in files if not is_generated(name)]
            problems += self._shown(change, files)
            problems += self.check("probe", "scripts.regen_check.probe", given=change.probe)
            for name, command in CHECKS.items():
                problems += self.check(name, *command)
            return Outcome(change, files, problems)
        finally:
            self._must("git", "checkout", "-q", ".")
            self._must("git", "clean", "-fdq")

    def check(self, name: str, module: str, *arguments: str, given: str = "") -> list[str]:
        """The complaints of a program: a module of Python's, or make."""
        command = (module,) if module == "make" else (sys.executable, "-m", module)
        done = self._run(*command, *arguments, given=given)
        return [f"{name}: {done.stdout}{done.stderr}"] if done.returncode else []

    def _shown(self, change: Change, files: list[str]) -> list[str]:
        """Whether the spec diff and the reference name the change."""
        pages = [name for name in files if name.startswith("docs/reference/")]
        done = self._run(sys.executable, "-m", "scripts.spec_diff", "HEAD")
        problems = []
        if change.word not in done.stdout:
            problems.append(f"spec diff: no {change.word!r} in {done.stdout}{done.stderr}")
        diff = self._run("git", "diff", "-U0", "--", *pages).stdout if pages else ""
        new = [(self.folder / name).read_text("utf-8") for name in pages]
        if not any(change.word in text for text in [diff, *new]):
            problems.append(f"reference: no {change.word!r} in {pages}")
        return problems

    def _changed(self) -> list[str]:
        found = self._run("git", "status", "--porcelain", "-uall", "-z").stdout.split("\0")
        return sorted(line[3:] for line in found if line and line[3:] != "openapi.yaml")

    def _settings(self) -> tuple[str, ...]:
        """For make: this Python, and no environment to set up."""
        return f"PY={sys.executable}", "ENVIRONMENT=:"

    def _must(self, *command: str) -> None:
        done = self._run(*command)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")

    def _run(
        self, *command: str, given: str = "", folder: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        folder = folder or self.folder
        path = os.pathsep.join(str(folder / name) for name in PACKAGES)
        return subprocess.run(
            command,
            cwd=folder,
            input=given,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            encoding="utf-8",
        )


def is_generated(name: str) -> bool:
    """Whether `make generate` writes the file."""
    return name.startswith(GENERATED)
