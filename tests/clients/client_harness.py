"""Harness of the sync and the async client, so that each test is written once.

The asynchronous client is driven from plain code: its awaitables are run to their end on one event
loop.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from appbuilder_assistants import (
    AppBuilder,
    AssistantEventHandler,
    AsyncAppBuilder,
    AsyncAssistantEventHandler,
    AsyncAssistantStreamManager,
    AsyncRunStream,
)


class SyncHarness:
    """Factory of `AppBuilder`s."""

    name = "sync"
    client_class = AppBuilder
    handler_class = AssistantEventHandler

    def __init__(self) -> None:
        self._made: list[AppBuilder | httpx.Client] = []

    def http(self, **options: Any) -> httpx.Client:
        """A connection pool of the caller's own, closed after the test."""
        http = httpx.Client(**options)
        self._made.append(http)
        return http

    def client(self, *args: Any, **options: Any) -> Any:
        client = AppBuilder(*args, **options)
        self._made.append(client)
        return client

    def together(self, calls: list[Callable[[], Any]]) -> list[Any]:
        """Make several calls at once."""
        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(lambda call: call(), calls))

    def close(self) -> None:
        for client in self._made:
            client.close()


class AsyncHarness:
    """Factory of `AsyncAppBuilder`s that are called like `AppBuilder`s."""

    name = "async"
    client_class = AsyncAppBuilder
    handler_class = AsyncAssistantEventHandler

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._made: list[AsyncAppBuilder] = []
        self._https: list[httpx.AsyncClient] = []
        self._gathering = False

    def http(self, **options: Any) -> httpx.AsyncClient:
        """A connection pool of the caller's own, closed after the test."""
        http = httpx.AsyncClient(**options)
        self._https.append(http)
        return http

    def client(self, *args: Any, **options: Any) -> Any:
        client = AsyncAppBuilder(*args, **options)
        self._made.append(client)
        return OnLoop(client, self)

    def together(self, calls: list[Callable[[], Any]]) -> list[Any]:
        """Make several calls at once."""

        async def all_of_them() -> list[Any]:
            return list(await asyncio.gather(*[call() for call in calls]))

        self._gathering = True
        try:
            return self._loop.run_until_complete(all_of_them())
        finally:
            self._gathering = False

    def settle(self, value: Any) -> Any:
        """Run an awaitable to its end; let streams and resources do the same."""
        if inspect.iscoroutine(value):
            return value if self._gathering else self.settle(self._loop.run_until_complete(value))
        if isinstance(value, STREAMS):
            return StreamOnLoop(value, self)
        if isinstance(value, AsyncIterator):
            return each(value, self)
        return (
            OnLoop(value, self)
            if "appbuilder_assistants._async" in type(value).__module__
            else value
        )

    def close(self) -> None:
        for client in self._made:
            self._loop.run_until_complete(client.close())
        for http in self._https:
            self._loop.run_until_complete(http.aclose())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()


ClientHarness = SyncHarness | AsyncHarness


class OnLoop:
    """An asynchronous client or resource whose methods answer at once."""

    def __init__(self, target: Any, harness: AsyncHarness) -> None:
        self._target = target
        self._harness = harness

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, name)
        if not inspect.ismethod(value):
            return self._harness.settle(value)
        return lambda *args, **options: self._harness.settle(value(*args, **options))

    def __enter__(self) -> Any:
        return self._harness.settle(self._target.__aenter__())

    def __exit__(self, *error: Any) -> None:
        self._harness.settle(self._target.__aexit__(*error))

    def __repr__(self) -> str:
        return repr(self._target)


class StreamOnLoop(OnLoop):
    """An asynchronous stream that is iterated like any other, and so are its texts."""

    def __iter__(self) -> Iterator[Any]:
        return each(self._target.__aiter__(), self._harness)

    def __next__(self) -> Any:
        try:
            return self._harness.settle(_next(self._target))
        except StopAsyncIteration:
            raise StopIteration from None


STREAMS = (AsyncRunStream, AsyncAssistantStreamManager, AsyncAssistantEventHandler)


def each(items: Any, harness: AsyncHarness) -> Iterator[Any]:
    """The items of an asynchronous iterator, one by one on request."""
    try:
        while True:
            try:
                yield harness.settle(_next(items))
            except StopAsyncIteration:
                return
    finally:
        if inspect.isasyncgen(items):
            harness.settle(_close(items))


async def _next(items: Any) -> Any:
    return await items.__anext__()


async def _close(items: Any) -> None:
    await items.aclose()


def notes_of(error: BaseException) -> list[str]:
    """Its notes. Python 3.10 raises a cancelled task's error as the context of a new one."""
    return getattr(error, "__notes__", None) or getattr(error.__context__, "__notes__", [])
