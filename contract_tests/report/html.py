"""The report on one page: causes, coverage, each failure and how to reproduce it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

from .coverage_table import IN_BAND, IN_BAND_MEANS, CoverageTable

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem }
table { border-collapse: collapse } td, th { padding: .15rem .6rem; text-align: right }
td:first-child, th:first-child { text-align: left } tr:nth-child(even) { background: #f4f4f4 }
.empty { background: #c00; color: #fff } .excused { color: #888 }
pre { background: #f4f4f4; padding: 1rem; overflow-x: auto }
"""


def write(
    path: Path,
    *,
    facts: Mapping[str, str],
    table: CoverageTable,
    causes: Iterable[str],
    failures: Iterable[tuple[str, str]],
) -> None:
    """Write the page. All text must be without secrets; it is put in as text."""
    rows = "".join(
        f"<tr><td>{escape(name)}</td>"
        + "".join(f"<td{_class(cell.is_empty, str(cell))}>{escape(str(cell))}</td>" for cell in row)
        + "</tr>\n"
        for name, row in ((name, cells.values()) for name, cells in table.rows.items())
    )
    head = "".join(f"<th>{escape(column)}</th>" for column in table.columns)
    reasons = "".join(
        f"<li>{escape(column)}: {escape(reason)}</li>" for column, reason in table.excuses().items()
    )
    rows_of_facts = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in facts.items()
    )
    failed = "".join(
        f"<h3>{escape(name)}</h3>\n<pre>{escape(text)}</pre>\n" for name, text in failures
    )
    wrong = "".join(f"<p>{escape(line)}</p>\n" for line in causes)
    path.write_text(
        f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>make contract</title><style>{STYLE}</style>
<h1>make contract</h1>
{wrong and f"<h2>What is wrong</h2>{wrong}"}
<table>{rows_of_facts}</table>
<h2>Coverage</h2>
<p>How often each documented answer came; – is not documented. Red should be filled and is empty.
Grey in brackets may be empty on this target:</p>
<ul><li>{IN_BAND}: {IN_BAND_MEANS}</li>{reasons}</ul>
<table><tr><th>operation</th>{head}</tr>
{rows}</table>
<h2>Failures</h2>
{failed or "<p>None.</p>"}
</html>
""",
        encoding="utf-8",
    )


def _class(is_empty: bool, shown: str) -> str:
    if is_empty:
        return ' class="empty"'
    return ' class="excused"' if shown.startswith("(") else ""
