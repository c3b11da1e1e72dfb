"""Apply ten changes to openapi.yaml, one at a time, and check that one command carries each out.

    python -m scripts.regen_check              the changes; exit 1 if one needs a hand-written line
    python -m scripts.regen_check "new o"      those whose name begins so
    python -m scripts.regen_check --write      write the table in docs/regenerating.md as well

Each change is made in a copy of the repository. `make generate` runs there; then the changed files
must be generated ones, a program uses the change with both clients and the mock server, the
reference and the spec diff name it, and types and lint pass.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from scripts.regen_check.changes import CHANGES, Change
from scripts.regen_check.trial import ROOT, Copy, Outcome, is_generated

PAGE = ROOT / "docs" / "regenerating.md"
TABLE = re.compile(r"(?<=<!-- regen-check -->\n).*(?=<!-- /regen-check -->)", re.DOTALL)
COPIES = 2
PLACES = {
    "models": "generated/appbuilder_api/",
    "operations": "wrapper/appbuilder_assistants/_operations/",
    "clients": "wrapper/appbuilder_assistants/",
    "docs": "docs/",
    "mock": "mock_server/",
}


def main() -> int:
    """Do what the command line asks and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="?", default="", help="the beginning of a change's name")
    parser.add_argument("--write", action="store_true", help="write the table of the documentation")
    options = parser.parse_args()
    began = time.monotonic()
    wanted = [change for change in CHANGES if change.name.startswith(options.name)]
    with tempfile.TemporaryDirectory() as folder:
        outcomes = tried(wanted, Path(folder))
    print(f"{table(outcomes)}\n{time.monotonic() - began:.0f} s")
    failed = [one for one in outcomes if one.problems]
    for one in failed:
        print(f"\n{one.change.name}:", *one.problems, sep="\n  ")
    if options.write and not failed and not options.name:
        text = PAGE.read_text("utf-8")
        PAGE.write_text(
            TABLE.sub(lambda _: f"\n{table(outcomes)}\n\n", text), "utf-8", newline="\n"
        )
    return 1 if failed else 0


def tried(changes: list[Change], folder: Path) -> list[Outcome]:
    """The outcome of each change; as many are tried at a time as there are copies."""
    copies: SimpleQueue[Copy] = SimpleQueue()

    def outcome(change: Change) -> Outcome:
        copy = copies.get()
        try:
            return copy.apply(change)
        finally:
            copies.put(copy)

    with ThreadPoolExecutor(COPIES) as pool:
        for copy in pool.map(Copy, [folder / str(number) for number in range(COPIES)]):
            copies.put(copy)
        return list(pool.map(outcome, changes))


def table(outcomes: list[Outcome]) -> str:
    """A row for each change: the number of changed files by place, and of those written by hand."""
    lines = [f"| Change | Example | {' | '.join(PLACES)} | by hand |", "|---" * 8 + "|"]
    for one in outcomes:
        places = Counter(
            next(place for place, start in PLACES.items() if name.startswith(start))
            for name in one.files
            if is_generated(name)
        )
        written = sum(not is_generated(name) for name in one.files)
        cells = [one.change.name, one.change.what, *(str(places[place]) for place in PLACES)]
        lines.append(f"| {' | '.join([*cells, str(written)])} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
