"""Shared code of the peers' modules: the kinds of acts, and the loop of asynchronous ones."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.answers import EVENTS

Urls = Mapping[str, str]
Act = Callable[[int], object]  # does it this many times; may return a figure of its own
Row = Callable[[Urls], AbstractContextManager[Act]]

AT_ONCE = 128
AT_ONCE_STEPS = (1, 10, 100, 1000)
missing: tuple[str, ...] = ()  # modules that fresh interpreters cannot import either


def times(once: Callable[[], object]) -> Act:
    def act(count: int) -> None:
        for _ in range(count):
            once()

    return act


def delays(once: Callable[[], int]) -> Act:
    """The median delay of the first event, in seconds: from the server's sending to its content.

    `once` gives nanoseconds. A mean would be that of the few with which the system was busy.
    """
    return lambda count: median(once() for _ in range(count)) / 1e9


@contextmanager
def looped(
    prepare: Callable[[], Awaitable[tuple[Callable[[], Awaitable[Any]], Any]]],
) -> Iterator[tuple[asyncio.AbstractEventLoop, Callable[[], Awaitable[Any]]]]:
    """A loop, and an asynchronous act of a client that is closed at the end."""
    loop = asyncio.new_event_loop()
    try:
        once, close = loop.run_until_complete(prepare())
        yield loop, once
        loop.run_until_complete(close())
    finally:
        loop.close()


@contextmanager
def awaited(prepare: Callable[[], Awaitable[Any]]) -> Iterator[Act]:
    """One call after another."""
    with looped(prepare) as (loop, once):

        async def all_of_them(count: int) -> None:
            for _ in range(count):
                await once()

        yield lambda count: loop.run_until_complete(all_of_them(count))


@contextmanager
def gathered(prepare: Callable[[], Awaitable[Any]], at_once: int = AT_ONCE) -> Iterator[Act]:
    """As many calls at once, each task with its share of them."""
    with looped(prepare) as (loop, once):

        async def share(count: int) -> None:
            for _ in range(count):
                await once()

        async def all_of_them(count: int) -> None:
            await asyncio.gather(*(share(count // at_once) for _ in range(at_once)))

        yield lambda count: loop.run_until_complete(all_of_them(count))


@contextmanager
def threaded(once: Callable[[], object], at_once: int = AT_ONCE) -> Iterator[Act]:
    """As many threads at once, each with its share of the calls."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(at_once) as pool:

        def act(count: int) -> None:
            def share(_number: int) -> None:
                for _ in range(count // at_once):
                    once()

            list(pool.map(share, range(at_once)))

        yield act


def interpreter(code: str) -> Row:
    """A fresh interpreter for each act; `{run}` in the code is the URL of one run."""

    @contextmanager
    def row(urls: Urls) -> Iterator[Act]:
        hidden = f"import sys; sys.modules.update(dict.fromkeys({missing!r})); " if missing else ""
        command = [sys.executable, "-c", hidden + code.replace("{run}", urls["run"])]
        yield times(lambda: subprocess.run(command, check=True))

    return row


def above_idle(row: Row, idle: Callable[[Urls], object]) -> Row:
    """The act of a row, measured by the megabytes that it takes above what the process had before.

    `idle` is a small call beforehand, so that the client's own memory does not count.
    """

    @contextmanager
    def measured(urls: Urls) -> Iterator[Act]:
        with row(urls) as act:
            idle(urls)
            before = resident("VmRSS")

            def act_and_look(count: int) -> float:
                act(count)
                return (resident("VmHWM") - before) / 1e6

            yield act_and_look

    return measured


def resident(which: str) -> int:
    """Bytes of memory: `VmRSS` now, or `VmHWM` at the most."""
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123 - nothing to import
        line = next(line for line in status if line.startswith(which))
    return int(line.split()[1]) * 1024


def new_connections(row: Row, name: str = "run") -> Row:
    """The act of a row, measured by how many of 100 requests came on a new connection."""
    from urllib.request import urlopen

    def counts(urls: Urls) -> tuple[int, int]:
        with urlopen(urls["counts"]) as answer:
            connections, requests = json.load(answer)[name]
        return connections, requests

    @contextmanager
    def measured(urls: Urls) -> Iterator[Act]:
        with row(urls) as act:

            def act_and_count(count: int) -> float:
                connections, requests = counts(urls)
                act(count)
                after = counts(urls)
                return 100 * (after[0] - connections) / (after[1] - requests)

            yield act_and_count

    return measured


def installed(package: str, *, beside: Path | None = None) -> dict[str, Row]:
    """How many packages are installed with it, and the megabytes of all without bytecode.

    `beside`: a folder of source that counts for the package itself, as it is not installed.
    """
    found: dict[str, int] = {}

    def add(name: str) -> None:
        from importlib.metadata import PackageNotFoundError, distribution

        try:
            one = distribution(name)
        except PackageNotFoundError:  # for another platform
            return
        if one.name in found:
            return
        files = one.files or []
        found[one.name] = sum(
            place.stat().st_size
            for place in (Path(str(one.locate_file(file))) for file in files)
            if place.is_file() and "__pycache__" not in place.parts
        )
        for requirement in one.requires or ():
            if "extra ==" not in requirement:
                add(re.split(r"[^A-Za-z0-9._-]", requirement)[0])

    def looked_up() -> None:
        if not found:
            add(package)

    def figure(make: Callable[[], float]) -> Row:
        @contextmanager
        def row(urls: Urls) -> Iterator[Act]:
            looked_up()
            yield lambda count: make()

        return row

    return {
        "packages": figure(lambda: len(found) - 1),
        "size": figure(lambda: (sum(found.values()) + source_size(beside)) / 1e6),
    }


def source_size(folder: Path | None) -> int:
    """Bytes of the packages in a wheel that is built from this folder."""
    if folder is None:
        return 0
    places = ["wrapper/appbuilder_assistants", "generated/appbuilder_api"]
    places += ["mock_server/appbuilder_mock"]
    files = [file for place in places for file in (folder / place).rglob("*") if file.is_file()]
    files = [file for file in files if "__pycache__" not in file.parts]
    return sum(file.stat().st_size for file in (*files, folder / "openapi.yaml"))


def all_events(count: int) -> None:
    assert count >= EVENTS - 1, f"expected {EVENTS} events, got {count}"
