"""`make bench`: tables of figures, and libraries that fail."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks.growth import Curve
from benchmarks.report import curve_plot, growth_lines, missed, plot, problems, table
from benchmarks.results import write_included
from benchmarks.rounds import INTERPRETERS, Result, measured, serving
from benchmarks.rows import ROWS, Row

NAMES = {row.name: row for row in ROWS}


def test_the_table() -> None:
    """Medians with their noise, a dash where there is none, and the reason below."""
    results = [
        Result("look-up", "ours", (0.3, 0.4, 0.5)),
        Result("look-up", "pyreqwest_", problem="its process ended by signal 6: panicked"),
        Result("size", "ours", (3.9,)),
        Result("size", "bare", (0.0,)),
    ]
    lines = list(table(results))

    assert lines[2] == "| one look-up, sync | **0.40 ± 0.10** | – | ≤ 0.45; 0.20 |"
    assert lines[3] == "| installed size | **3.9 MB** | 0 MB | ≤ 5 MB |"
    assert list(problems(results)) == [
        "- pyreqwest, one look-up, sync: its process ended by signal 6: panicked"
    ]


@pytest.mark.parametrize(
    ("figures", "is_missed"),
    [((0.40, 0.41, 0.42), False), ((0.40, 0.46, 0.55), False), ((0.50, 0.51, 0.52), True)],
)
def test_a_figure_is_missed_by_more_than_its_noise(
    figures: tuple[float, ...], is_missed: bool
) -> None:
    found = list(missed([Result("look-up", "ours", figures)], NAMES))

    assert bool(found) == is_missed
    assert all("expected at most 0.45" in line for line in found)


def test_pages_include_the_results_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "table.md").write_text("| 新 |\n", encoding="utf-8")
    page = tmp_path / "page.md"
    old = "前\n\n<!-- included: table.md -->\n| old |\n| older |\n<!-- end of it -->\n\n后\n"
    page.write_text(old, encoding="utf-8")
    for _ in range(2):
        write_included(("page.md",), tmp_path)

    expected = "前\n\n<!-- included: table.md -->\n\n| 新 |\n\n<!-- end of it -->\n\n后\n"
    assert page.read_text(encoding="utf-8") == expected


def test_a_library_that_breaks_down_is_omitted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are measured; the reason is the last line that its process wrote."""
    row = Row("look-up", "one look-up", 2)
    with serving(None) as urls:
        monkeypatch.setitem(INTERPRETERS, "official", Path("nowhere/python"))
        # openai is not in the environment of the tests.
        results = measured(row, ["httpx_", "openai_", "official", "bare"], 1, 60, urls, {})
        found = {one.peer: one for one in results}

    assert found["httpx_"].figures
    assert found["bare"].figures[0] < found["httpx_"].figures[0]
    assert found["official"].problem.startswith("it has no environment")
    assert not found["openai_"].figures
    assert found["openai_"].problem == (
        "its process ended by status 1: ModuleNotFoundError: No module named 'openai'"
    )


def test_a_curve() -> None:
    curve = Curve("calls", "Calls", "at once", "µs")
    for size in (1, 1000):
        curve.add("ours", size, size / 2)
    drawn = ET.fromstring(curve_plot(curve))

    [*_, line] = growth_lines([curve])
    assert line == "| Calls: this library | 1, 1,000 at once | 0.5, 500.0 µs |"
    assert [one.get("points") for one in drawn.iter() if one.tag.endswith("polyline")] == [
        "60.0,239.8 540.0,40.0"
    ]


def test_a_row_that_nothing_could_do_has_a_plot() -> None:
    """The pages that show it stay whole."""
    problem = Result("many-threads", "httpx_", problem="as base: it broke down")
    drawn = ET.fromstring(plot(NAMES["many-threads"], [problem]))

    assert len([one for one in drawn if one.tag.endswith("rect")]) == 1
