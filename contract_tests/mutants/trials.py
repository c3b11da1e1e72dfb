"""Several mutants before the tests, each in a process of its own."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from .trial import Part, Verdict, tried

PATIENCE = 600  # seconds that the tests may take for one server

Running = dict[Connection, tuple[str, ForkServerProcess, float]]


def all_tried(names: Sequence[str], logs: Path, *, quick: bool, jobs: int) -> Iterator[Verdict]:
    """A verdict for each name, in the order in which they come; `jobs` at a time.

    A mutant meets the tests that are written by hand first: they begin at once and catch most. What
    they let pass meets the generated ones. The server as it is meets the whole suite. When it is to
    be `quick`, all of them meet a part. Raises TimeoutError when the tests of one take too long.
    """
    context = multiprocessing.get_context("forkserver")  # imports once, and has no threads
    context.set_forkserver_preload(["contract_tests.mutants.ready"])
    logs.mkdir(parents=True, exist_ok=True)
    waiting = [(name, _first(name, quick=quick)) for name in names]
    running: Running = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                name, part = waiting.pop(0)
                log = logs / f"{name or 'unchanged'}.txt"
                receiver, process = _started(context, name, part, log)
                running[receiver] = name, process, time.monotonic()
            for verdict in _ended(running):
                if verdict.failed is None and verdict.part == "by hand":
                    waiting.insert(0, (verdict.name, "generated"))
                else:
                    yield verdict
    finally:
        for _, process, _ in running.values():
            process.kill()


def _first(name: str, *, quick: bool) -> Part:
    if quick:
        return "quick"
    return "by hand" if name else "whole"


def _started(
    context: ForkServerContext, name: str, part: Part, log: Path
) -> tuple[Connection, ForkServerProcess]:
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_try, args=(sender, name, part, log), daemon=True)
    process.start()
    sender.close()
    return receiver, process


def _try(sender: Connection, name: str, part: Part, log: Path) -> None:
    sender.send(tried(name, part, log))


def _ended(running: Running) -> Iterator[Verdict]:
    """Wait a second; the verdicts that have come."""
    for ready in wait(list(running), timeout=1):
        assert isinstance(ready, Connection)
        name, process, _ = running.pop(ready)
        with ready:
            yield _received(ready, name)
        process.join()
    for name, _, begun in running.values():
        if time.monotonic() - begun > PATIENCE:
            raise TimeoutError(f"the tests of {name or 'the server'} take too long")


def _received(receiver: Connection, name: str) -> Verdict:
    try:
        verdict: Verdict = receiver.recv()
    except EOFError:
        raise RuntimeError(f"the process that tried {name or 'the server'} died") from None
    return verdict
