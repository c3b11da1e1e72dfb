"""Every library measured in turn, round by round, and the ratios of each round."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .rows import PEERS, Row

ROOT = Path(__file__).parents[1]
INTERPRETERS = {"official": ROOT / ".venv-interop/bin/python"}


@dataclass(frozen=True)
class Result:
    """The ratios of one library in one row: one for each round, in order."""

    row: str
    peer: str
    ratios: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.ratios)

    @property
    def spread(self) -> float:
        """Half of what the middle half of the rounds spans: the noise of the median."""
        low, _, high = statistics.quantiles(self.ratios, n=4)
        return (high - low) / 2


class Worker:
    """A process that does one row with one library."""

    def __init__(self, peer: str, row: str, environ: Mapping[str, str], urls: str) -> None:
        python = INTERPRETERS.get(peer, sys.executable)
        command = [str(python), "-m", "benchmarks.worker", peer, row, urls]
        self._popen = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            env={**os.environ, **environ},
            cwd=ROOT,
        )

    def round(self, count: int) -> dict[str, Any] | None:
        """The figures of one round; None where the process came to an end."""
        assert self._popen.stdin
        assert self._popen.stdout
        with contextlib.suppress(BrokenPipeError):
            self._popen.stdin.write(f"{count}\n")
            self._popen.stdin.flush()
        line = self._popen.stdout.readline()
        return json.loads(line) if line else None

    def close(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._popen.communicate(timeout=60)


@contextlib.contextmanager
def serving(certificate: Path) -> Iterator[dict[str, str]]:
    """The URLs of a server of prepared answers."""
    command = [sys.executable, "-m", "benchmarks.server", str(certificate)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", cwd=ROOT
    ) as server:
        assert server.stdout
        yield json.loads(server.stdout.readline())
        server.communicate()


def measured(
    row: Row, peers: Sequence[str], rounds: int, urls: Mapping[str, str], environ: Mapping[str, str]
) -> Iterator[Result]:
    """Ratios to the row's base. Which library goes first changes from round to round."""
    text = json.dumps(dict(urls))
    base = Worker(row.base, row.base_row or row.name, environ, text)
    # The base is there once more as a peer where it has the row: its ratio shows the noise.
    workers = {peer: Worker(peer, row.name, environ, text) for peer in peers}
    found: dict[str, list[float]] = {peer: [] for peer in peers}
    try:
        for number in range(rounds + 1):
            order = [*workers.values(), base]
            at = number % len(order)
            figures = {id(worker): worker.round(row.count) for worker in order[at:] + order[:at]}
            beside = figures[id(base)]
            assert beside, f"{row.base} cannot do {row.base_row or row.name}"
            for peer, worker in list(workers.items()):
                own = figures[id(worker)]
                if own is None:  # has no such row, or broke down
                    del workers[peer]
                    found[peer].clear()
                    worker.close()
                elif number:  # the first round warms up
                    found[peer].append(own[row.figure] / max(beside[row.figure], 1e-9))
    finally:
        for worker in (*workers.values(), base):
            worker.close()
    for peer in PEERS:
        if found.get(peer):
            yield Result(row.name, peer, tuple(found[peer]))
