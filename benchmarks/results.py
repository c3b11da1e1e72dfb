"""The folder of the results, and the pages that include them."""

from __future__ import annotations

import re
from pathlib import Path

from .rows import ROOT

RESULTS = ROOT / "benchmarks/results"
PAGES = ("docs/performance.md",)
INCLUDED = re.compile(
    r"(<!-- included: (?P<name>\S+) -->\n).*?(<!-- end of it -->)", re.DOTALL | re.MULTILINE
)


def write(name: str, text: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / name).write_text(text, encoding="utf-8")


def write_included(pages: tuple[str, ...] = PAGES, root: Path = ROOT) -> None:
    """Put each included file between its two marks, as it stands now."""

    def included(match: re.Match[str]) -> str:
        text = (root / match["name"]).read_text(encoding="utf-8")
        return f"{match[1]}\n{text}\n{match[3]}"

    for page in pages:
        place = root / page
        old = place.read_text(encoding="utf-8")
        place.write_text(INCLUDED.sub(included, old), encoding="utf-8")
