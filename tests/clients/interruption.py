"""Cancelling a task wherever it may wait."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine, Generator
from typing import Any

import httpx
from appbuilder_assistants import AsyncAppBuilder

from tests.clients.raw_server import RawServer


class Interruption:
    """Cancels a task when, for the n-th time, any task of the loop waits for something."""

    def __init__(self, at: int) -> None:
        self._remaining = at
        self.victim: asyncio.Task[Any] | None = None

    @property
    def came(self) -> bool:
        return self._remaining <= 0

    def factory(self, loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> Any:
        async def run() -> Any:
            return await Counted(coro, self)

        return asyncio.Task(run(), loop=loop, **options)

    def count(self) -> None:
        self._remaining -= 1
        if self._remaining == 0:
            assert self.victim is not None
            self.victim.cancel()


class Counted:
    """A coroutine that is notified each time it waits."""

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


def cancelled_wherever_it_waits(
    server: RawServer,
    work: Callable[[AsyncAppBuilder], Coroutine[Any, Any, Any]],
    check: Callable[[asyncio.Task[Any]], None],
) -> int:
    """Do the work again and again, cancelled one moment later each time; how many moments it has.

    After each, all connections are closed, and `check` looks at the task that has ended. The pool
    keeps no connection for later, so that each that is open is one too many.
    """

    async def cancelled_at(client: AsyncAppBuilder, moment: int) -> bool:
        interruption = Interruption(moment)
        loop = asyncio.get_running_loop()
        loop.set_task_factory(interruption.factory)
        interruption.victim = task = loop.create_task(work(client))
        await asyncio.wait([task])
        loop.set_task_factory(None)
        assert await asyncio.to_thread(server.all_closed)
        check(task)
        return interruption.came

    async def main() -> int:
        none_kept = httpx.Limits(max_keepalive_connections=0)
        async with (
            httpx.AsyncClient(limits=none_kept, trust_env=False) as http,
            AsyncAppBuilder("k", server.url, http_client=http) as client,
        ):
            moment = 1
            while await cancelled_at(client, moment):
                moment += 1
            return moment - 1

    moments = asyncio.run(main())
    gc.collect()
    return moments
