"""Compare this tree with a commit: `python -m scripts.spec_diff [--check] [REF]`.

Exit status: 0; 1 when `--check` refuses a breaking change; 2 when there is nothing to compare with.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from scripts.spec_diff.changes import Change
from scripts.spec_diff.operations import spec_changes
from scripts.spec_diff.python_api import api_changes
from scripts.spec_diff.revisions import VERSION_FILE, NoBase, Repository
from scripts.spec_diff.surface import surface
from scripts.spec_diff.verdict import Release, needed_version, refusals, shown

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(prog="make spec-diff", description=__doc__)
    parser.add_argument("ref", nargs="?", help="a commit, tag or branch; else the last release")
    parser.add_argument("--check", action="store_true", help="refuse what breaks without notice")
    options = parser.parse_args(arguments)
    repository = Repository(root)
    try:
        base = repository.base(options.ref)
        with tempfile.TemporaryDirectory() as folder:
            repository.unpack(base.commit, Path(folder))
            return compare(Path(folder), root, f"{base.commit[:10]} ({base.why})", options.check)
    except NoBase as error:
        print(error, file=sys.stderr)
        return 2


def compare(old: Path, new: Path, base: str, check: bool) -> int:
    """Print what changed from one tree to the other. 1 if it is refused. Raises NoBase."""
    try:
        was, now = release(old), release(new)
        spec = spec_changes(document(old), document(new))
        api = api_changes(surface(old), surface(new))
    except (FileNotFoundError, ValueError) as error:
        raise NoBase(f"{base} cannot be compared with this tree: {error}") from error
    print(f"Changes since {base}, version {shown(was.version)}\n")
    show("openapi.yaml", spec)
    show("The public Python API", api)
    needed = needed_version(was.version, [*spec, *api])
    print(f"Version: {shown(needed)} or later; _version.py says {shown(now.version)}")
    problems = refusals(was, now, [*spec, *api]) if check else []
    for problem in problems:
        print(f"Refused: {problem}", file=sys.stderr)
    return 1 if problems else 0


def show(title: str, changes: Sequence[Change]) -> None:
    print(title)
    for change in changes:
        print(f"  {change}")
    print("" if changes else "  no change\n")


def release(tree: Path) -> Release:
    return Release.read(text(tree, VERSION_FILE), text(tree, "CHANGELOG.md"))


def document(tree: Path) -> Any:
    return yaml.load(text(tree, "openapi.yaml"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def text(tree: Path, name: str) -> str:
    try:
        return (tree / name).read_text("utf-8")
    except FileNotFoundError:
        raise FileNotFoundError(f"there is no {name}") from None


if __name__ == "__main__":
    sys.exit(main())
