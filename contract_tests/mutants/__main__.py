"""`make mutants`: the tests against each mutant, and a table of which check caught which."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from .catalogue import MUTANTS, quick_selection
from .processes import run_mutants
from .table import write

BUILD = Path("build") / "contract"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the mutants; return 0 if each is caught and the unchanged server passes."""
    options = parser().parse_args(arguments)
    chosen = options.names or list(quick_selection() if options.quick else MUTANTS)
    if unknown := [name for name in chosen if name not in MUTANTS]:
        print(f"no such mutant: {', '.join(unknown)}; --list shows them all", file=sys.stderr)
        return 2
    if options.list:
        for name in chosen:
            print(f"{name:32} {MUTANTS[name].promise}")
        return 0
    begun = time.monotonic()
    verdicts = []
    # The unchanged server is tested first: if it fails, the other results mean nothing.
    for verdict in run_mutants(
        ["", *chosen], BUILD / "mutants", quick=options.quick, jobs=options.jobs
    ):
        how = "caught" if verdict.is_caught else "NOT CAUGHT" if verdict.name else ""
        print(f"{verdict.seconds:6.1f} s  {verdict.name or 'unchanged'}  {how}", flush=True)
        verdicts.append(verdict)
    return write(verdicts, BUILD, seconds=time.monotonic() - begun)


def parser() -> argparse.ArgumentParser:
    parse = argparse.ArgumentParser(
        prog="python -m contract_tests.mutants",
        description="Run the contract tests against servers that break one promise each.",
    )
    parse.add_argument("names", nargs="*", metavar="NAME", help="mutants to try (default: all)")
    parse.add_argument("--list", action="store_true", help="show the mutants, and try none")
    parse.add_argument(
        "--quick",
        action="store_true",
        help="the first mutant of each kind (or those named), and the quickest tests only",
    )
    parse.add_argument("--jobs", type=int, default=2, help="at a time (default: %(default)s)")
    return parse


if __name__ == "__main__":
    sys.exit(main())
