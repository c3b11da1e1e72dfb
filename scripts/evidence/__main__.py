"""`make evidence`: the facts of openapi.yaml, how each is known, and what tests it.

python -m scripts.evidence            print the table
python -m scripts.evidence --check    exit 1 for a fact without a mark, or a mark without a fact
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import yaml

from scripts.evidence.check import problems
from scripts.evidence.table import table

SPEC = Path(__file__).resolve().parents[2] / "openapi.yaml"


def main() -> int:
    """Do what the command line asks and return the exit code."""
    parser = argparse.ArgumentParser(prog="make evidence", description="How facts are known.")
    parser.add_argument("--check", action="store_true", help="only look whether all have a mark")
    options = parser.parse_args()
    document = yaml.load(SPEC.read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    found = problems(document)
    if found:
        print(
            f"{SPEC.name}: {len(found)} problems with evidence", *found, sep="\n", file=sys.stderr
        )
        return 1
    if not options.check:
        print("\n".join(table(document)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
