"""The results as Markdown and as SVG plots."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from xml.sax.saxutils import escape

from .growth import Curve
from .rounds import Result
from .rows import PEERS, ROWS, Row

WIDTH, BAR, GAP, LABEL = 720, 16, 6, 170
COLORS = {"ours": "#1a7f37", "ours_fast": "#2da44e", "httpx_": "#57606a"}
OTHERS = "#9fb6cd"
LINE_COLORS = ("#1a7f37", "#0969da", "#bf3989")


def table(results: Sequence[Result]) -> Iterator[str]:
    """One line for each row; a cell has the median of the rounds' figures, and its noise."""
    by_place = {(result.row, result.peer): result for result in results}
    peers = [peer for peer in PEERS if any(one.peer == peer and one.figures for one in results)]
    titles = [PEERS[peer].title for peer in peers]
    yield f"| × the base, or as marked | {' | '.join(titles)} | must |"
    yield "|---" * (len(peers) + 2) + "|"
    for row in ROWS:
        if any(result.row == row.name for result in results):
            cells = [cell(row, by_place.get((row.name, peer))) for peer in peers]
            yield f"| {row.title} | {' | '.join(cells)} | {bounds(row)} |"


def bounds(row: Row) -> str:
    """The largest figure allowed for ours, and for ours with the extra where that differs."""
    shown = dict.fromkeys(number(row, most) for most in row.must.values())
    return f"≤ {'; '.join(shown)}{unit(row)}" if shown else ""


def cell(row: Row, result: Result | None) -> str:
    if result is None or not result.figures:
        return "–"
    text = number(row, result.median) + unit(row)
    if result.spread:
        text += f" ± {number(row, result.spread)}"
    return f"**{text}**" if result.peer.startswith("ours") else text


def number(row: Row, figure: float) -> str:
    return f"{figure:.1f}".removesuffix(".0") if not row.base else f"{figure:.2f}"


def unit(row: Row) -> str:
    return f" {row.unit}" if row.unit else ""


def problems(results: Sequence[Result]) -> Iterator[str]:
    """The reasons of cells without figures, other than that a library does no such thing."""
    titles = {row.name: row.title for row in ROWS}
    for result in results:
        if result.problem:
            yield f"- {PEERS[result.peer].title}, {titles[result.row]}: {result.problem}"


def plot(row: Row, results: Sequence[Result]) -> str:
    """Bars from the cheapest library to the dearest; none if none could be measured."""
    measured = [one for one in results if one.row == row.name and one.figures]
    found = sorted(measured, key=lambda one: one.median)
    height = 40 + len(found) * (BAR + GAP)
    scale = (WIDTH - LABEL - 60) / (max((one.median for one in found), default=0) or 1)
    measure = f"cost, × {PEERS[row.base].title}" if row.base else row.unit
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'font-family="sans-serif" font-size="12">'
        ),
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="8" y="20" font-weight="bold">{escape(row.title)}: {escape(measure)}</text>',
    ]
    for place, one in enumerate(found):
        y = 34 + place * (BAR + GAP)
        color, name = COLORS.get(one.peer, OTHERS), escape(PEERS[one.peer].title)
        width = max(1.0, one.median * scale)
        lines += [
            f'<text x="{LABEL - 8}" y="{y + 12}" text-anchor="end">{name}</text>',
            f'<rect x="{LABEL}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{color}"/>',
            f'<text x="{LABEL + width + 6:.1f}" y="{y + 12}">{number(row, one.median)}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])


def growth_lines(curves: Sequence[Curve]) -> Iterator[str]:
    """One table: a line for each curve, with its figures at the sizes in order."""
    yield "| | sizes | figures |"
    yield "|---|---|---|"
    for curve in curves:
        for label, points in curve.lines.items():
            sizes = ", ".join(f"{size:,}" for size, _ in points)
            shown = ", ".join(f"{cost:,.1f}" for _, cost in points)
            yield f"| {curve.title}: {title_of(label)} | {sizes} {curve.x} | {shown} {curve.y} |"


def title_of(label: str) -> str:
    return PEERS[label].title if label in PEERS else label


def curve_plot(curve: Curve) -> str:
    """Lines over a logarithmic axis of sizes."""
    start, top, width, height = 60, 40, 480, 200
    points = [point for line in curve.lines.values() for point in line]
    low, high = (math.log10(pick(size for size, _ in points)) for pick in (min, max))
    most = max(cost for _, cost in points) or 1

    def place(size: int, cost: float) -> tuple[float, float]:
        x = start + width * (math.log10(size) - low) / ((high - low) or 1)
        return x, top + height * (1 - cost / most)

    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="300" '
            f'font-family="sans-serif" font-size="12">'
        ),
        f'<rect width="{WIDTH}" height="300" fill="white"/>',
        f'<text x="8" y="20" font-weight="bold">{escape(curve.title)}: {escape(curve.y)}</text>',
        f'<text x="{start + width / 2}" y="290" text-anchor="middle">{escape(curve.x)}</text>',
        f'<path d="M{start} {top}V{top + height}H{start + width}" stroke="#57606a" fill="none"/>',
        f'<text x="{start - 6}" y="{top + 4}" text-anchor="end">{most:.3g}</text>',
        f'<text x="{start - 6}" y="{top + height}" text-anchor="end">0</text>',
    ]
    for size in dict.fromkeys(size for size, _ in points):
        x, _ = place(size, 0)
        lines.append(
            f'<text x="{x:.0f}" y="{top + height + 18}" text-anchor="middle">{size:,}</text>'
        )
    for number, (label, line) in enumerate(curve.lines.items()):
        color = LINE_COLORS[number % len(LINE_COLORS)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in line))
        x, y = start + width + 8, place(*line[-1])[1] + 4
        lines += [
            f'<polyline points="{path}" stroke="{color}" fill="none" stroke-width="2"/>',
            f'<text x="{x}" y="{y:.0f}" fill="{color}">{escape(title_of(label))}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])


def machine() -> str:
    """The machine and the versions of the measurement."""
    packages = ["httpx", "httpcore", "h11", "attrs", "httptools", "msgspec", "openai"]
    packages += ["langgraph-sdk", "aiohttp", "pyreqwest"]
    versions = ", ".join(f"{name} {found}" for name, found in installed(packages))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    system = f"{platform.system()} {platform.machine()}, {cores} cores of {processor()}"
    return f"Python {platform.python_version()} on {system}; {versions}, appbuilder-sdk 1.1.5"


def processor() -> str:
    place = Path("/proc/cpuinfo")
    lines = place.read_text(encoding="utf-8").splitlines() if place.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "an unknown processor"


def installed(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


def missed(results: Sequence[Result], rows: Mapping[str, Row]) -> Iterator[str]:
    """Figures above what they must be, by more than their noise."""
    for result in results:
        row = rows[result.row]
        most = row.must.get(result.peer)
        if most is not None and result.figures and result.median - result.spread > most:
            yield (
                f"{PEERS[result.peer].title}, {row.title}: {number(row, result.median)} ± "
                f"{number(row, result.spread)}, expected at most {number(row, most)}{unit(row)}"
            )
