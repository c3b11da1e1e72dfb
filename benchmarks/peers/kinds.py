"""What the modules of peers share: the kinds of acts, and the loop of asynchronous ones."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from benchmarks.answers import EVENTS

Urls = Mapping[str, str]
Act = Callable[[int], object]  # does it so many times; may return a figure of its own
Row = Callable[[Urls], AbstractContextManager[Act]]

AT_ONCE = 128


def times(once: Callable[[], object]) -> Act:
    def act(count: int) -> None:
        for _ in range(count):
            once()

    return act


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
        command = [sys.executable, "-c", code.replace("{run}", urls["run"])]
        yield times(lambda: subprocess.run(command, check=True))

    return row


def all_events(count: int) -> None:
    assert count >= EVENTS - 1, f"expected {EVENTS} events, got {count}"
