"""Every library measured in turn, round by round, and the ratios of each round."""

from __future__ import annotations

import contextlib
import json
import os
import re
import selectors
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from .rows import NO_SUCH_ROW, PEERS, ROOT, Row

INTERPRETERS = {"official": ROOT / ".venv-interop/bin/python"}
LONGEST_ROUND = 60.0  # seconds, after which a library is omitted
LEAST_ROUNDS = 5  # measured even where they take longer than a row should


@dataclass(frozen=True)
class Result:
    """The figures of one library in one row, one for each round; or the reason of there being none.

    They are ratios to the row's base, where it has one.
    """

    row: str
    peer: str
    figures: tuple[float, ...] = ()
    problem: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.figures)

    @property
    def spread(self) -> float:
        """Half of what the middle half of the rounds spans: the noise of the median."""
        if len(self.figures) < 2:
            return 0.0
        low, _, high = statistics.quantiles(self.figures, n=4)
        return (high - low) / 2


class Worker:
    """A process that does one row with one library. `problem` says why it ended."""

    def __init__(self, peer: str, row: str, environ: Mapping[str, str], urls: str) -> None:
        python = INTERPRETERS.get(peer, sys.executable)
        self.problem = ""
        self._errors = TemporaryFile()  # noqa: SIM115 - closed with the process
        self._popen = subprocess.Popen(
            [str(python), "-m", "benchmarks.worker", peer, row, urls],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            encoding="utf-8",
            env={**os.environ, **environ},
            cwd=ROOT,
        )

    def round(self, count: int) -> dict[str, Any] | None:
        """The figures of one round; None where there are none, and `problem` says why."""
        assert self._popen.stdin
        assert self._popen.stdout
        with contextlib.suppress(BrokenPipeError):
            self._popen.stdin.write(f"{count}\n")
            self._popen.stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(self._popen.stdout, selectors.EVENT_READ)
            if not selector.select(LONGEST_ROUND):
                self._popen.kill()
                self.problem = f"took more than {LONGEST_ROUND:.0f} seconds"
                return None
        if line := self._popen.stdout.readline():
            return dict(json.loads(line))
        self.problem = self._reason()
        return None

    def _reason(self) -> str:
        status = self._popen.wait()
        if status == NO_SUCH_ROW:
            return ""
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        ended = f"signal {-status}" if status < 0 else f"status {status}"
        # Without the folders of this machine.
        last = re.sub(r"/[\w./+-]+/", "…/", lines[-1]) if lines else "no message"
        return f"its process ended by {ended}: {last[:150]}"

    def close(self) -> None:
        try:
            with contextlib.suppress(BrokenPipeError):
                self._popen.communicate(timeout=LONGEST_ROUND)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.communicate()
        self._errors.close()


@contextlib.contextmanager
def serving(certificate: Path | None) -> Iterator[dict[str, str]]:
    """The URLs of a server of prepared answers."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.server",
        *([str(certificate)] if certificate else []),
    ]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", cwd=ROOT
    ) as server:
        assert server.stdout
        try:
            yield json.loads(server.stdout.readline())
        finally:
            server.communicate()


def measured(
    row: Row,
    peers: Sequence[str],
    rounds: int,
    seconds: float,
    urls: Mapping[str, str],
    environ: Mapping[str, str],
) -> list[Result]:
    """Ratios to the row's base, or figures as they are where it has none.

    Which library goes first changes from round to round. After `seconds` no round begins, if there
    have been enough. A library that breaks down is omitted from then on.
    """
    text = json.dumps(dict(urls))
    # The base is there once more as a peer where it has the row: its ratio shows the noise.
    absent = [peer for peer in peers if peer in INTERPRETERS and not INTERPRETERS[peer].exists()]
    present = [peer for peer in peers if peer not in absent]
    workers = {peer: Worker(peer, row.name, environ, text) for peer in present}
    base = Worker(row.base, row.base_row or row.name, environ, text) if row.base else None
    found: dict[str, list[float]] = {peer: [] for peer in peers}
    problems = dict.fromkeys(absent, "it has no environment, which make bench-env makes")
    began = time.monotonic()
    try:
        for number in range(rounds + 1):
            if number > LEAST_ROUNDS and time.monotonic() - began > seconds:
                break
            order = [*workers.values(), *([base] if base else [])]
            at = number % len(order) if order else 0
            figures = {id(worker): worker.round(row.count) for worker in order[at:] + order[:at]}
            beside = figures[id(base)] if base else {row.figure: 1.0}
            if beside is None:
                assert base
                return [Result(row.name, row.base, problem=f"as base: {base.problem}")]
            for peer, worker in list(workers.items()):
                own = figures[id(worker)]
                if own is None:
                    problems[peer] = worker.problem
                    del workers[peer]
                    worker.close()
                elif number or not row.base:  # the first round warms up
                    found[peer].append(own[row.figure] / max(beside[row.figure], 1e-9))
    finally:
        for worker in (*workers.values(), *([base] if base else [])):
            worker.close()
    broken = [Result(row.name, peer, problem=problem) for peer, problem in problems.items()]
    return broken + [
        Result(row.name, peer, tuple(found[peer]))
        for peer in PEERS
        if found.get(peer) and peer not in problems
    ]
