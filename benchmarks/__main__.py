"""Measure, and write a Markdown table: `python -m benchmarks [look-up list …]`, or `growth`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import trustme

from . import results as results_files
from .growth import Curve, curves
from .report import curve_plot, growth_lines, machine, missed, plot, problems, table
from .rounds import Result, measured, serving
from .rows import PEERS, ROOT, ROWS, Row

GROWTH = "growth"  # the curves, beside the rows
ROUNDS, QUICK = 15, 5
SECONDS = 15.0  # for one row, where that is enough for a few rounds: seven minutes for all


def main() -> int:
    names = {row.name: row for row in ROWS}
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", help=f"some of: {', '.join(names)} (default: all)")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS))
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} rounds, not {ROUNDS}")
    parser.add_argument("--write", action="store_true", help="write benchmarks/results/, too")
    parser.add_argument("--check", action="store_true", help="fail where a figure is missed")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.rows if name not in (*names, GROWTH)]
    if unknown:
        parser.error(f"expected some of {', '.join((*names, GROWTH))}, got {', '.join(unknown)}")
    rows = [names[name] for name in chosen.rows or names if name != GROWTH]
    peers = ["ours", "ours_fast"] if chosen.check else chosen.peers
    results = []
    with serving_with_tls() as (urls, environ):
        for row in rows:
            print(f"measuring: {row.title}", file=sys.stderr, flush=True)
            rounds = QUICK if chosen.quick else ROUNDS
            results += measured(row, peers, rounds, SECONDS, urls, environ)
        if rows:
            report(rows, results, write=chosen.write)
        if GROWTH in chosen.rows or not (chosen.rows or chosen.check):
            grown = curves(urls, quick=chosen.quick)
            print("\n".join(growth_lines(grown)))
            if chosen.write:
                write_growth(grown)
    if chosen.write:
        results_files.write_included()
    misses = list(missed(results, names)) if chosen.check else []
    for miss in misses:
        print(f"missed: {miss}", file=sys.stderr)
    return bool(misses)


@contextmanager
def serving_with_tls() -> Iterator[tuple[Mapping[str, str], dict[str, str]]]:
    """The URLs of the server, and the environment of those that call it."""
    with TemporaryDirectory() as folder:
        authority = trustme.CA()
        certificate, trusted = Path(folder) / "server.pem", Path(folder) / "authority.pem"
        issued = authority.issue_cert("localhost", "127.0.0.1")
        issued.private_key_and_cert_chain_pem.write_to_path(str(certificate))
        authority.cert_pem.write_to_path(str(trusted))
        with serving(certificate) as urls:
            yield urls, {"SSL_CERT_FILE": str(trusted), "PYTHONPATH": str(ROOT)}


def report(rows: Sequence[Row], results: Sequence[Result], *, write: bool) -> None:
    lines = [*table(results), "", machine()]
    if reasons := list(problems(results)):
        lines += ["", "Not measured:", "", *reasons]
    print("\n".join(lines))
    if write:
        results_files.write("table.md", "\n".join(lines) + "\n")
        for row in rows:
            results_files.write(f"{row.name}.svg", plot(row, results))


def write_growth(grown: Sequence[Curve]) -> None:
    results_files.write("growth.md", "\n".join(growth_lines(grown)) + "\n")
    for curve in grown:
        results_files.write(f"growth-{curve.name}.svg", curve_plot(curve))


if __name__ == "__main__":
    sys.exit(main())
