"""A pool of processes, one for each mutant under test."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from .run import Part, Verdict, run_mutant

PATIENCE = 600  # seconds that the tests may take for one server

Attempt = Callable[[str, Part, Path], Verdict]


@dataclass(frozen=True)
class RunningMutant:
    """A mutant under test in a process of its own, since `begun`."""

    name: str
    part: Part
    log: Path
    process: ForkServerProcess
    begun: float

    def broke_off(self, trouble: str) -> Verdict:
        return Verdict(self.name, self.part, None, 0, 0.0, f"{trouble}; see {self.log}")


def run_mutants(
    names: Sequence[str],
    logs: Path,
    *,
    quick: bool,
    jobs: int,
    attempt: Attempt = run_mutant,
    patience: float = PATIENCE,
) -> Iterator[Verdict]:
    """A verdict for each name, in the order in which they come; `jobs` at a time.

    A mutant meets the hand-written tests first: they begin at once and catch most. Mutants that
    pass meet the generated ones. The unchanged server meets the whole suite. When it is to
    be `quick`, all of them meet a part.

    An `attempt` that dies, or takes longer than `patience` seconds, has a verdict that says so.
    """
    context = multiprocessing.get_context("forkserver")  # imports once, and has no threads
    context.set_forkserver_preload(["contract_tests.mutants.preloaded"])
    logs.mkdir(parents=True, exist_ok=True)
    waiting = [(name, _first(name, quick=quick)) for name in names]
    running: dict[Connection, RunningMutant] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                name, part = waiting.pop(0)
                log = logs / f"{name or 'unchanged'}.txt"
                receiver, process = _started(context, attempt, (name, part, log))
                running[receiver] = RunningMutant(name, part, log, process, time.monotonic())
            for verdict in _ended(running, patience):
                passed = verdict.failed is None and not verdict.trouble
                if passed and verdict.part == "by hand":
                    waiting.insert(0, (verdict.name, "generated"))
                else:
                    yield verdict
    finally:
        for one in running.values():
            one.process.kill()


def _first(name: str, *, quick: bool) -> Part:
    if quick:
        return "quick"
    return "by hand" if name else "whole"


def _started(
    context: ForkServerContext, attempt: Attempt, what: tuple[str, Part, Path]
) -> tuple[Connection, ForkServerProcess]:
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_try, args=(sender, attempt, what), daemon=True)
    process.start()
    sender.close()
    return receiver, process


def _try(sender: Connection, attempt: Attempt, what: tuple[str, Part, Path]) -> None:
    sender.send(attempt(*what))


def _ended(running: dict[Connection, RunningMutant], patience: float) -> Iterator[Verdict]:
    """Wait a second; yield the verdicts received, and those on processes that died or hang."""
    for ready in wait(list(running), timeout=1):
        assert isinstance(ready, Connection)
        one = running.pop(ready)
        with ready:
            yield _received(ready, one)
        one.process.join()
    for receiver, one in list(running.items()):
        if time.monotonic() - one.begun > patience:
            del running[receiver]
            one.process.kill()
            one.process.join()
            receiver.close()
            yield one.broke_off(f"took longer than {patience:g} seconds")


def _received(receiver: Connection, one: RunningMutant) -> Verdict:
    try:
        verdict: Verdict = receiver.recv()
    except EOFError:
        return one.broke_off("broke down: its process died")
    return verdict
