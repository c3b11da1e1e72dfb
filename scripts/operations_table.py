"""Write docs/operations.md from the spec and the code, or check that it is up to date.

    python -m scripts.operations_table            write it  (`make table`)
    python -m scripts.operations_table --check    exit 1 and show the difference if it is not what
                                                  would be written now  (`make table-check`)

The suites' coverage is noted by scripts/record_operations.py.
"""

from __future__ import annotations

import argparse
import difflib
import inspect
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
# Before what is installed: a copy of the repository has a client and a mock of its own.
sys.path[:0] = [str(ROOT / name) for name in ("wrapper", "generated", "mock_server")]

from scripts import record_operations  # noqa: E402

WRITTEN = ROOT / "docs" / "operations.md"
NOT_FOUND = "–"
EXAMPLE = "an example"  # in the column of the mock

HEAD = """\
# Operations

Written by `make table` (scripts/operations_table.py); do not edit. Each column is found in the
thing itself, and a dash says that nothing was found there:

- **spec**: the path in [openapi.yaml](../openapi.yaml).
- **wrapper sync**, **wrapper async**: the methods of an `AppBuilder` and of an `AsyncAppBuilder`
  whose docstring ends in the operationId; `tests/border` holds the docstrings to what is sent.
- **mock**: the handler to which the mock server routes the operation; an operation without one is
  answered with an example of the spec.
- **contract-tested**: `make contract` got an answer of status 2xx, not an error, that keeps the
  spec's promises.
- **interop-tested**: in `make test-interop` the official client, in the tests' own process, got
  an answer of status 2xx that is no error.

The last two are taken from the newest run of the suite that was whole and passed, as long as
neither the suite nor the spec has changed since; without such a run they stay as they are.
"""
TITLES = [
    "operation",
    "spec",
    "wrapper sync",
    "wrapper async",
    "mock",
    "contract-tested",
    "interop-tested",
]
SUITES = ("contract", "interop")  # of the last columns

Column = Mapping[str, str]


def main() -> int:
    """Do what the command line asks and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, only compare")
    options = parser.parse_args()
    before = WRITTEN.read_text("utf-8") if WRITTEN.exists() else ""
    wanted = text(columns(before))
    if not options.check:
        WRITTEN.write_text(wanted, encoding="utf-8", newline="\n")
        return 0
    if wanted == before:
        return 0
    old, new = before.splitlines(keepends=True), wanted.splitlines(keepends=True)
    names = ("docs/operations.md (as it is)", "docs/operations.md (as it should be)")
    sys.stdout.writelines(difflib.unified_diff(old, new, *names))
    print("\ndocs/operations.md is not what scripts/operations_table.py writes:")
    print("run make table, look at what changed, and commit it.")
    return 1


def columns(before: str) -> list[Column]:
    """The cells of each column by operationId, in the order of TITLES."""
    from appbuilder_assistants import AppBuilder, AsyncAppBuilder
    from appbuilder_mock.handlers.by_operation import HANDLERS

    paths = spec(yaml.safe_load((ROOT / "openapi.yaml").read_text("utf-8")))
    return [
        paths,
        wrapper(AppBuilder(token="none")),
        wrapper(AsyncAppBuilder(token="none")),
        {id_: code(dotted(HANDLERS[id_])) if id_ in HANDLERS else EXAMPLE for id_ in paths},
        *(tested(suite, before) for suite in SUITES),
    ]


def spec(document: Mapping[str, Any]) -> Column:
    return {
        operation["operationId"]: code(f"{method.upper()} {path}")
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def wrapper(client: object) -> Column:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, method in methods(client):
        claimed = re.search(r"\((\w+)\)$", inspect.getdoc(method) or "")
        if claimed:
            found[claimed[1]].append(code(name))
    return {id_: "<br>".join(names) for id_, names in found.items()}


def methods(thing: object, prefix: str = "") -> Iterator[tuple[str, object]]:
    """The public methods of a client and of the resources it holds, by their path from it."""
    for name, method in inspect.getmembers(type(thing), inspect.isfunction):
        if not name.startswith("_"):
            yield prefix + name, method
    for name, _ in inspect.getmembers(type(thing), lambda one: isinstance(one, cached_property)):
        yield from methods(getattr(thing, name), f"{prefix}{name}.")


def tested(suite: str, before: str) -> Column:
    """The suite's coverage; as the page has it, if the suite was not run since it changed."""
    reached = record_operations.read(suite)
    if reached is None:
        reached = kept(before, SUITES.index(suite) - len(SUITES))
    return dict.fromkeys(reached, "yes")


def kept(before: str, column: int) -> set[str]:
    """The operations for which a column of the page says yes."""
    rows = [row.split("|")[1:-1] for row in before.splitlines() if row.startswith("| `")]
    return {row[0].strip(" `") for row in rows if row[column].strip() == "yes"}


def text(found: list[Column]) -> str:
    """The page: a row for every operation that any column knows, then how many each knows."""
    ids = list(dict.fromkeys(id_ for column in found for id_ in column))
    rows = [[code(id_), *(column.get(id_, NOT_FOUND) for column in found)] for id_ in ids]
    numbers = (sum(cell != EXAMPLE for cell in column.values()) for column in found)
    rows.append([f"**{len(ids)}**", *(f"**{number}**" for number in numbers)])
    lines = ["", *map(line, [TITLES, ["---"] * len(TITLES), *rows])]
    return HEAD + "\n".join(lines) + "\n"


def line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def code(words: str) -> str:
    return f"`{words}`"


def dotted(handler: Any) -> str:
    return f"{handler.__module__.rpartition('.')[2]}.{handler.__qualname__}"


if __name__ == "__main__":
    sys.exit(main())
