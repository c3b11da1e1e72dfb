"""The words of the reference that neither openapi.yaml nor a docstring has: words.yaml."""

from __future__ import annotations

import functools
import re
import sys
from pathlib import Path
from typing import Any

import yaml


class Words:
    """The words in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __getitem__(self, name: str) -> str:
        return joined_lines(str(_read()["labels"][name][self.language]))

    def file(self, page: str) -> str:
        return f"{page}.md" if self.language == "en" else f"{page}.zh-CN.md"

    def other_file(self, page: str) -> str:
        return Words("zh" if self.language == "en" else "en").file(page)

    def option(self, method: str, parameter: str) -> str | None:
        """A parameter that is the client's own; first as this method means it."""
        options = _read()["options"]
        name = method.rpartition(".")[2]
        found = options.get(f"{name}.{parameter}") or options.get(parameter) or {}
        return found.get(self.language)

    def text(self, name: str) -> str | None:
        """The Chinese text of a method or class that is written by hand, or of all such members."""
        texts: dict[str, str] = _read()["texts"]
        if self.language == "en":
            return None
        of_all = "*_all" if name.endswith("_all") else f"*.{name.rpartition('.')[2]}"
        return texts.get(name) or texts.get(of_all)

    def example(self, name: str) -> str | None:
        """The program for a method that is written by hand."""
        found: str | None = _read()["examples"].get(name)
        return found


def lacks(what: str) -> None:
    """Report a text to be written; the page is without it until then, and a test fails."""
    print(f"scripts/reference/words.yaml: {what}", file=sys.stderr)


def joined_lines(text: str) -> str:
    """Without the breaks and spaces behind Chinese punctuation, which a page would show."""
    return re.sub(r"(?<=[。；：，、！？）])(\n {0,2}| )(?=[^\s|-])", "", text)


@functools.cache
def _read() -> dict[str, Any]:
    text = (Path(__file__).parent / "words.yaml").read_text(encoding="utf-8")
    words: dict[str, Any] = yaml.safe_load(text)
    return words
