"""Measure, and write a Markdown table: `python -m benchmarks [importing reading …]`."""

from __future__ import annotations

import argparse
import sys

from . import first_event, importing, look_up, reading

PARTS = {
    module.__name__.rpartition(".")[2]: module
    for module in (importing, reading, look_up, first_event)
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"some of: {', '.join(PARTS)} (default: all)")
    chosen = parser.parse_args().parts or list(PARTS)
    unknown = [name for name in chosen if name not in PARTS]
    if unknown:
        parser.error(f"expected some of {', '.join(PARTS)}, got {', '.join(unknown)}")
    tell("| what / beside what | min | median | max |")
    tell("|---|---|---|---|")
    for name in chosen:
        for comparison in PARTS[name].comparisons():
            tell(comparison.line())


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
