"""The results as a Markdown table and as SVG plots."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from xml.sax.saxutils import escape

from .rounds import Result
from .rows import PEERS, ROWS, Row

WIDTH, BAR, GAP, LABEL = 720, 16, 6, 150
COLORS = {"ours": "#1a7f37", "httpx_": "#57606a"}
OTHERS = "#9fb6cd"


def table(results: Sequence[Result]) -> Iterator[str]:
    """One line for each row; a cell has the median of the rounds' ratios, and its noise."""
    by_place = {(result.row, result.peer): result for result in results}
    peers = [peer for peer in PEERS if any(result.peer == peer for result in results)]
    yield "| | " + " | ".join(PEERS[peer] for peer in peers) + " | must |"
    yield "|---" * (len(peers) + 2) + "|"
    for row in ROWS:
        if not any(result.row == row.name for result in results):
            continue
        cells = [cell(by_place.get((row.name, peer))) for peer in peers]
        must = f"≤ {row.must['ours']:.2f}" if row.must else ""
        yield f"| {row.title} | {' | '.join(cells)} | {must} |"


def cell(result: Result | None) -> str:
    if result is None:
        return "–"
    text = f"{result.median:.2f} ± {result.spread:.2f}"
    return f"**{text}**" if result.peer == "ours" else text


def plot(row: Row, results: Sequence[Result]) -> str:
    """Bars from the cheapest library to the dearest."""
    found = sorted((one for one in results if one.row == row.name), key=lambda one: one.median)
    height = 40 + len(found) * (BAR + GAP)
    scale = (WIDTH - LABEL - 60) / max(one.median for one in found)
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'font-family="sans-serif" font-size="12">'
        ),
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        (
            f'<text x="8" y="20" font-weight="bold">{escape(row.title)}: cost, × '
            f"{escape(PEERS[row.base])}</text>"
        ),
    ]
    for number, one in enumerate(found):
        y = 34 + number * (BAR + GAP)
        color, name = COLORS.get(one.peer, OTHERS), escape(PEERS[one.peer])
        width = max(1.0, one.median * scale)
        lines += [
            f'<text x="{LABEL - 8}" y="{y + 12}" text-anchor="end">{name}</text>',
            f'<rect x="{LABEL}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{color}"/>',
            f'<text x="{LABEL + width + 6:.1f}" y="{y + 12}">{one.median:.2f}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])


def machine() -> str:
    """What the figures were measured on, and with which versions."""
    packages = ("httpx", "httpcore", "h11", "attrs", "openai", "langgraph-sdk", "aiohttp")
    versions = ", ".join(f"{name} {found}" for name, found in installed((*packages, "pyreqwest")))
    system = f"{platform.system()} {platform.machine()}"
    return f"Python {platform.python_version()} on {system}; {versions}"


def installed(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


def missed(results: Sequence[Result], rows: Mapping[str, Row]) -> Iterator[str]:
    """Figures above what they must be, by more than their noise."""
    for result in results:
        most = rows[result.row].must.get(result.peer)
        if most is not None and result.median - result.spread > most:
            yield (
                f"{rows[result.row].title}: {result.median:.2f} ± {result.spread:.2f}, "
                f"expected at most {most:.2f}"
            )
