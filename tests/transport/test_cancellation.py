"""Tasks that are cancelled, at whatever moment: no socket, place or task is lost."""

from __future__ import annotations

import asyncio
import random
import time

import pytest
from appbuilder_assistants._core.calls import NoReply, Reply

from tests.clients.bodies import CHUNKED, chunk
from tests.clients.conftest import Serve
from tests.clients.raw_server import answer
from tests.transport.conftest import Make
from tests.transport.harness import OnLoop, outgoing
from tests.transport.implementations import Implementation


@pytest.fixture
def on_loop(implementation: Implementation, make: Make) -> OnLoop:
    """A transport with two places."""
    if not implementation.is_async:
        pytest.skip("threads cannot be cancelled")
    harness = make(places=2)
    assert isinstance(harness, OnLoop)
    return harness


async def cancelled_after(harness: OnLoop, url: str, seconds: float, *, again: bool) -> None:
    """Cancel a request after so long, perhaps twice."""
    task = asyncio.create_task(harness.transport.send(outgoing(url)))
    await asyncio.sleep(seconds)
    task.cancel()
    if again:
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.done()


def test_at_any_moment(on_loop: OnLoop, serve: Serve) -> None:
    """Crowds that are cancelled leave as many places as there were, and no task."""
    server = serve(lambda e: (time.sleep(0.001), e.send(answer(b"{}")))[1])
    choose = random.Random(12)

    async def crowd() -> None:
        for _ in range(40):
            seconds = choose.choice([0, 0.001, 0.002, 0.004, 0.008])
            works = [
                cancelled_after(on_loop, server.url, seconds, again=choose.random() < 0.5)
                for _ in range(6)
            ]
            await asyncio.gather(*works)
            assert isinstance(await on_loop.transport.send(outgoing(server.url)), Reply)
        assert len(asyncio.all_tasks()) == 1

    on_loop.run(crowd())

    held = [on_loop.send(outgoing(server.url, open_=True)) for _ in range(2)]
    for reply in held:
        assert isinstance(reply, Reply)
        on_loop.close_body(reply)


def test_while_a_body_is_read(on_loop: OnLoop, serve: Serve) -> None:
    """Closing the body afterwards closes its connection; the place is free."""
    server = serve(lambda e: (e.send(CHUNKED + chunk(b"{}")), e.client_disconnected())[1])

    async def main() -> None:
        for _ in range(4):
            reply = await on_loop.transport.send(outgoing(server.url, open_=True))
            assert isinstance(reply, Reply)
            assert await anext(reply.live) == b"{}"
            reading = asyncio.ensure_future(anext(reply.live))
            await asyncio.sleep(0.01)
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading
            await reply.live.aclose()

    on_loop.run(main())

    assert server.connections == 4
    assert server.all_closed()


def test_a_deadline_and_a_cancellation_at_once(on_loop: OnLoop, serve: Serve) -> None:
    """Either ends the request; the next one works."""
    server = serve(lambda e: (time.sleep(0.02), e.send(answer(b"{}")))[1])

    async def both() -> NoReply | Reply:
        request = outgoing(server.url, seconds=0.005)
        task = asyncio.create_task(on_loop.transport.send(request))
        await asyncio.sleep(0.005)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return await on_loop.transport.send(outgoing(server.url))

    for _ in range(10):
        assert isinstance(on_loop.run(both()), Reply)
