"""Measure, and write a Markdown table: `python -m benchmarks [look-up list …]`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import trustme

from .report import machine, missed, plot, table
from .rounds import ROOT, Result, measured, serving
from .rows import PEERS, ROWS, Row

RESULTS = ROOT / "benchmarks/results"
ROUNDS, QUICK = 15, 5


def main() -> int:
    names = {row.name: row for row in ROWS}
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", help=f"some of: {', '.join(names)} (default: all)")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS))
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} rounds, not {ROUNDS}")
    parser.add_argument("--write", action="store_true", help="write benchmarks/results/, too")
    parser.add_argument("--check", action="store_true", help="fail where a figure is missed")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.rows if name not in names]
    if unknown:
        parser.error(f"expected some of {', '.join(names)}, got {', '.join(unknown)}")
    rows = [names[name] for name in chosen.rows or names]
    peers = ["ours"] if chosen.check else chosen.peers
    results = all_results(rows, peers, QUICK if chosen.quick else ROUNDS)
    lines = [*table(results), "", machine()]
    print("\n".join(lines))
    if chosen.write:
        write(rows, results, lines)
    misses = list(missed(results, names)) if chosen.check else []
    for miss in misses:
        print(f"missed: {miss}", file=sys.stderr)
    return bool(misses)


def all_results(rows: Sequence[Row], peers: Sequence[str], rounds: int) -> list[Result]:
    results = []
    with TemporaryDirectory() as folder:
        authority = trustme.CA()
        certificate, trusted = Path(folder) / "server.pem", Path(folder) / "authority.pem"
        issued = authority.issue_cert("localhost", "127.0.0.1")
        issued.private_key_and_cert_chain_pem.write_to_path(str(certificate))
        authority.cert_pem.write_to_path(str(trusted))
        environ = {"SSL_CERT_FILE": str(trusted), "PYTHONPATH": os.pathsep.join([str(ROOT)])}
        with serving(certificate) as urls:
            for row in rows:
                print(f"measuring: {row.title}", file=sys.stderr, flush=True)
                results += measured(row, peers, rounds, urls, environ)
    return results


def write(rows: Sequence[Row], results: Sequence[Result], lines: Sequence[str]) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "table.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for row in rows:
        if any(result.row == row.name for result in results):
            (RESULTS / f"{row.name}.svg").write_text(plot(row, results), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
