"""Refuse retired words in identifiers, and sentences that begin with Who, What or Whose.

    python -m scripts.check_words    exit 1 and list what breaks a rule  (in `make lint`)

docs/glossary.md lists the retired words. Sentences are those of comments, docstrings and pages;
questions and headings may begin with these pronouns.
"""

from __future__ import annotations

import ast
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
_PRONOUN = re.compile(r"(?:Who|What|Whose|Whoever)\b.*[^?]", re.DOTALL)
_PARAGRAPH = re.compile(r"\n\s*\n|\n\s*(?:[-*|]|\d+\.) ")
_SENTENCE = re.compile(r"(?<=[.!?])[\"'`)*]*\s+")
_CODE_BLOCK = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)


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


def pronouns(source: Path) -> Iterator[str]:
    """Each sentence of a module's comments and docstrings, or of a page, that a pronoun begins."""
    text = source.read_text("utf-8")
    blocks = _prose(text) if source.suffix == ".py" else [(1, _CODE_BLOCK.sub("", text))]
    for line, block in blocks:
        for paragraph in _PARAGRAPH.split(block):
            for sentence in _SENTENCE.split(paragraph.lstrip("-*| \n").rstrip()):
                if _PRONOUN.fullmatch(sentence):
                    begin = " ".join(sentence.split())[:60]
                    yield f"{source}:{line}: {begin}: begin the sentence with a noun"


def _prose(text: str) -> Iterator[tuple[int, str]]:
    """The docstrings of a module, and its comments, those of adjacent lines as one."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.lineno, str(node.value.value)
    comment, last = "", 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            if token.start[0] != last + 1:
                yield last, comment
                comment = ""
            last = token.start[0]
            comment += token.string.lstrip("#") + "\n"
    yield last, comment


def main() -> int:
    """Print what breaks a rule and return the exit code."""
    glossary = Glossary.of(GLOSSARY.read_text("utf-8"))
    modules = [
        source
        for folder in FOLDERS
        for source in sorted((ROOT / folder).rglob("*.py"))
        if WRITTEN_BY_SCRIPT not in source.parts
    ]
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    found = [
        problem.removeprefix(f"{ROOT}/")
        for problem in (
            *(problem for module in modules for problem in problems(glossary, module)),
            *(problem for source in (*modules, *sorted(pages)) for problem in pronouns(source)),
        )
    ]
    print(*found, sep="\n", end="\n" if found else "", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
