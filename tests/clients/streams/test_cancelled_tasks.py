"""Tasks that are cancelled while they use a stream: no socket stays open, and nothing warns."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from appbuilder_assistants import (
    AsyncAppBuilder,
    AsyncAssistantEventHandler,
    AsyncRunStream,
    StreamInterruptedError,
)

from tests.clients.bodies import BEGIN, CHUNKED, END, BrokenStream, chunk, piece, run_as, stored
from tests.clients.conftest import Serve
from tests.clients.interruption import cancelled_wherever_it_waits
from tests.clients.raw_server import PATIENCE, Exchange


async def with_block(stream: AsyncRunStream) -> None:
    async with stream:
        async for _ in stream:
            pass


async def early(stream: AsyncRunStream) -> None:
    async with stream:
        async for _ in stream:
            break


async def plain(stream: AsyncRunStream) -> None:
    async for _ in stream:
        pass


async def texts(stream: AsyncRunStream) -> None:
    async with stream:
        async for _ in stream.text:
            pass


async def lens(stream: AsyncRunStream) -> None:
    await stream.final_text()


USES: list[Callable[[AsyncRunStream], Awaitable[None]]] = [with_block, early, plain, texts, lens]

OTHERS = BrokenStream(b"", run_as("completed"), stored(m="我是秦始皇"))


def going_on(exchange: Exchange) -> None:
    exchange.send(chunk(END))
    exchange.client_disconnected()


def breaking(exchange: Exchange) -> None:
    pass


@pytest.mark.parametrize("end", [going_on, breaking])
@pytest.mark.parametrize("use", USES)
def test_cancelled_wherever_it_waits(serve: Serve, use: Any, end: Any) -> None:
    """Opening, reading, closing, looking up: after each, every connection is closed."""

    def script(exchange: Exchange) -> bool:
        if exchange.path != "/v2/threads/runs":
            return OTHERS(exchange)
        exchange.send(CHUNKED + chunk(BEGIN) + chunk(piece(2, "我是")))
        end(exchange)
        return False

    server = serve(script)

    async def read(client: AsyncAppBuilder) -> None:
        await use(client.threads.runs.stream_run("a", "t"))

    def check(task: asyncio.Task[None]) -> None:
        assert task.cancelled() or not task.exception()

    moments = cancelled_wherever_it_waits(server, read, check)

    # Connecting, sending and reading wait at least so often.
    assert moments >= 8


@pytest.mark.parametrize("times", [1, 2, 5])
def test_cancelled_again_and_again(serve: Serve, times: int) -> None:
    """An impatient caller cancels what is being cancelled; the connection is closed anyway."""

    def script(exchange: Exchange) -> bool:
        exchange.send(CHUNKED + chunk(BEGIN))
        exchange.client_disconnected()
        return False

    server = serve(script)

    async def main() -> None:
        async with AsyncAppBuilder("k", server.url) as client:
            begun = asyncio.Event()

            async def watch() -> None:
                async with client.threads.runs.stream_run("a", "t") as stream:
                    async for _ in stream:
                        begun.set()

            task = asyncio.create_task(watch())
            await asyncio.wait_for(begun.wait(), PATIENCE)
            for _ in range(times):
                task.cancel()
                await asyncio.sleep(0)
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(server.all_closed)

    asyncio.run(main())
    gc.collect()


def test_a_hook_is_cancelled(serve: Serve) -> None:
    """A handler that waits for something else when its task is cancelled."""
    server = serve(
        lambda exchange: (exchange.send(CHUNKED + chunk(BEGIN)), exchange.client_disconnected())
    )

    async def main() -> None:
        begun = asyncio.Event()

        class Handler(AsyncAssistantEventHandler):
            async def run_begin(self, status_event: Any) -> None:
                begun.set()
                await asyncio.Event().wait()

        async with AsyncAppBuilder("k", server.url) as client:
            runs = client.threads.runs
            done = runs.stream_run_with_handler("a", "t", event_handler=Handler()).until_done()
            task = asyncio.create_task(done)
            await asyncio.wait_for(begun.wait(), PATIENCE)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(server.all_closed)

    asyncio.run(main())


def test_a_time_limit_of_the_callers_own(serve: Serve) -> None:
    """`wait_for` around one event cancels the reading: the stream is left, and says so after."""
    server = serve(
        lambda exchange: (exchange.send(CHUNKED + chunk(BEGIN)), exchange.client_disconnected())
    )

    async def main() -> None:
        async with AsyncAppBuilder("k", server.url) as client:
            stream = client.threads.runs.stream_run("a", "t")
            await stream.__anext__()
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(stream.__anext__(), 0.1)
            assert await asyncio.to_thread(server.all_closed)
            with pytest.raises(RuntimeError, match="closed before the run's final event"):
                await stream.final_run()

    asyncio.run(main())


def test_closing_while_another_task_reads(serve: Serve) -> None:
    """The reader gets an error; the run is not looked up, as the stream did not break by itself."""
    server = serve(
        lambda exchange: (exchange.send(CHUNKED + chunk(BEGIN)), exchange.client_disconnected())
    )

    async def main() -> None:
        async with AsyncAppBuilder("k", server.url) as client:
            stream = client.threads.runs.stream_run("a", "t")
            await stream.__anext__()
            reader = asyncio.create_task(stream.until_done())
            await asyncio.sleep(0)
            await stream.close()
            with pytest.raises(StreamInterruptedError, match="it was closed while it was read"):
                await reader

    asyncio.run(main())

    assert len(server.exchanges) == 1
