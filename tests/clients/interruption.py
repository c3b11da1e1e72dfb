"""Cancelling a task wherever it may wait."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any


class Interruption:
    """Cancels a task when, for the n-th time, any task of the loop waits for something."""

    def __init__(self, at: int) -> None:
        self._left = at
        self.victim: asyncio.Task[Any] | None = None

    @property
    def came(self) -> bool:
        return self._left <= 0

    def factory(self, loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> Any:
        async def run() -> Any:
            return await Counted(coro, self)

        return asyncio.Task(run(), loop=loop, **options)

    def count(self) -> None:
        self._left -= 1
        if self._left == 0:
            assert self.victim is not None
            self.victim.cancel()


class Counted:
    """A coroutine that is told of each time it waits."""

    def __init__(self, coro: Coroutine[Any, Any, Any], interruption: Interruption) -> None:
        self._coro = coro
        self._interruption = interruption

    def __await__(self) -> Generator[Any, Any, Any]:
        error: BaseException | None = None
        while True:
            try:
                waits_for = self._coro.throw(error) if error else self._coro.send(None)
            except StopIteration as stop:
                return stop.value
            error = None
            self._interruption.count()
            try:
                yield waits_for
            except BaseException as thrown:  # noqa: BLE001 - passed on to the coroutine
                error = thrown
