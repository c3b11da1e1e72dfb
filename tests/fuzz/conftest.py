"""How much is tried, from which seed, and what came of it.

make fuzz                   10,000 answers for each client
make fuzz FUZZ_SEED=7       others
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.fuzz.server import FuzzServer, fuzz_server

ANSWERS = int(os.environ.get("FUZZ_ANSWERS") or 400)
"""For each client, at least; a few in `make test`."""
SEED = int(os.environ.get("FUZZ_SEED") or 1)

ANSWERED: Counter[str] = Counter()
OUTCOMES: Counter[str] = Counter()


@pytest.fixture(scope="session")
def fuzz() -> Iterator[FuzzServer]:
    with fuzz_server() as server:
        yield server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if ANSWERED:
        told = ", ".join(
            f"{count:,} answers to the {name} client" for name, count in ANSWERED.items()
        )
        terminalreporter.write_line(f"fuzz: {told} (FUZZ_SEED={SEED})")
        for name, count in OUTCOMES.most_common():
            terminalreporter.write_line(f"fuzz: {count:>8,}  {name}")
