"""Check that no identifier holds a retired word; docs/glossary.md lists them.

python -m scripts.check_words    exit 1 and list the identifiers that do  (in `make lint`)
"""

from __future__ import annotations

import io
import re
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GLOSSARY = ROOT / "docs" / "glossary.md"
FOLDERS = (
    "benchmarks",
    "contract_tests",
    "examples",
    "mock_server",
    "scripts",
    "tests",
    "wrapper",
)
WRITTEN_BY_SCRIPT = "_sync"
_ENTRY = re.compile(r"^- `([^`]+)`(?: →|:) (.+)$", re.MULTILINE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


@dataclass(frozen=True)
class Glossary:
    """Retired words, each with what to use instead, and the identifiers that may hold one."""

    retired: dict[str, str]
    exceptions: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Glossary:
        """The section "Retired words" of docs/glossary.md, and its exceptions."""
        _, found, section = text.partition("\n## Retired words\n")
        if not found:
            raise ValueError("docs/glossary.md: no section `## Retired words`")
        words, _, exceptions = section.partition("\n### Exceptions\n")
        return cls(
            dict(_ENTRY.findall(words)), tuple(name for name, _ in _ENTRY.findall(exceptions))
        )

    def replacement(self, identifier: str) -> str | None:
        """The retired word of this identifier and what to use instead, if it holds one."""
        if any(fnmatchcase(identifier, pattern) for pattern in self.exceptions):
            return None
        words = _WORD.findall(identifier)
        joined = f"_{'_'.join(words)}_"
        for retired, instead in self.retired.items():
            # A retired word with a capital is the name of a class, and refused as such alone.
            text = joined if retired[0].isupper() else joined.lower()
            if f"_{retired}_" in text:
                return f"`{retired}` is retired; use {instead}"
        return None


def problems(glossary: Glossary, source: Path) -> Iterator[str]:
    """Each identifier of this module with a retired word, at its first place; its own name, too."""
    places = {source.stem: 1}
    for token in tokenize.generate_tokens(io.StringIO(source.read_text("utf-8")).readline):
        if token.type == tokenize.NAME:
            places.setdefault(token.string, token.start[0])
    for identifier, line in places.items():
        if replacement := glossary.replacement(identifier):
            yield f"{source}:{line}: {identifier}: {replacement}"


def main() -> int:
    """Print the identifiers that hold a retired word and return the exit code."""
    glossary = Glossary.of(GLOSSARY.read_text("utf-8"))
    found = [
        problem.removeprefix(f"{ROOT}/")
        for folder in FOLDERS
        for source in sorted((ROOT / folder).rglob("*.py"))
        if WRITTEN_BY_SCRIPT not in source.parts
        for problem in problems(glossary, source)
    ]
    print(*found, sep="\n", end="\n" if found else "", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
