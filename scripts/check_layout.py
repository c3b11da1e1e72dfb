"""Check the sizes of folders and modules, the names of classes and the docstrings of packages.

    python -m scripts.check_layout    exit 1 and list what breaks a rule  (in `make lint`)

docs/architecture.md has the rules and the reasons. Files that `make generate`
writes may be longer.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DISTRIBUTIONS = ("wrapper/appbuilder_assistants", "mock_server/appbuilder_mock", "contract_tests")
ONLY_LINES = ("tests", "scripts", "benchmarks")
"""Folders of which only the lines of each module are counted."""
WRITTEN_BY_SCRIPT = "_sync"
GENERATED = b"# Written by `make generate`"
MAX_MODULES = 12
MAX_LINES = 300
MIN_DOCSTRING_LINES = 2


def problems(root: Path) -> list[str]:
    """Each broken rule of the folders in this one, with its place."""
    found: list[str] = []
    for folder in ONLY_LINES:
        found += long_modules(sorted((root / folder).rglob("*.py")))
    for distribution in DISTRIBUTIONS:
        sources = sorted((root / distribution).rglob("*.py"))
        trees = {source: ast.parse(source.read_bytes()) for source in sources}
        found += [
            *crowded_folders(sources),
            *long_modules(sources),
            *repeated_classes(trees),
            *undescribed_packages(trees),
        ]
    return [problem.replace(f"{root}/", "") for problem in found]


def crowded_folders(sources: list[Path]) -> Iterator[str]:
    """Folders with too many modules, without `__init__` and tests, of which nothing imports."""
    modules: dict[Path, int] = defaultdict(int)
    for source in sources:
        is_counted = source.name != "__init__.py" and not source.name.startswith("test_")
        modules[source.parent] += is_counted
    for folder, count in modules.items():
        if count > MAX_MODULES:
            yield f"{folder}: {count} modules; at most {MAX_MODULES}: make a folder for a subject"


def long_modules(sources: list[Path]) -> Iterator[str]:
    """Modules with too many lines."""
    for source in sources:
        text = source.read_bytes()
        lines = len(text.splitlines())
        if lines > MAX_LINES and GENERATED not in text[:200]:
            yield f"{source}: {lines} lines; at most {MAX_LINES}: split it by subject"


def repeated_classes(trees: dict[Path, ast.Module]) -> Iterator[str]:
    """Module-level classes with the name of another of their distribution."""
    places: dict[str, list[str]] = defaultdict(list)
    for source, tree in trees.items():
        if WRITTEN_BY_SCRIPT in source.parts:
            continue
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{source}:{node.lineno}")
    for name, (first, *others) in places.items():
        for other in others:
            yield f"{other}: a second class {name}, after {first}: rename one"


def undescribed_packages(trees: dict[Path, ast.Module]) -> Iterator[str]:
    """Packages without two lines that say what they do and what they hand out."""
    for source, tree in trees.items():
        if source.name == "__init__.py":
            lines = [line for line in (ast.get_docstring(tree) or "").splitlines() if line.strip()]
            if len(lines) < MIN_DOCSTRING_LINES:
                yield (
                    f"{source}: say in a docstring of at least {MIN_DOCSTRING_LINES} lines what"
                    " the package does and what it hands out"
                )


def main() -> int:
    """Print what breaks a rule and return the exit code."""
    found = problems(ROOT)
    print(*found, sep="\n", end="\n" if found else "", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
