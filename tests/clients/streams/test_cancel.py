"""`stream.cancel()`: the run ends with its stream; the next turn works."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    AppBuilder,
    AsyncAppBuilder,
    ConflictError,
    StreamInterruptedError,
    tool,
)
from appbuilder_mock.scenarios import Cut, Fault, Reply, Rule, ToolCall

from tests.clients.bodies import BEGIN, CHUNKED, chunk, event
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, Exchange, answer
from tests.clients.recorder import recorder
from tests.clients.streams.turns import NEVER, Turns, first_piece
from tests.clients.test_against_the_mock import asked


def test_without_it_the_run_continues(turns: Turns) -> None:
    """Without `cancel` the next turn is refused."""
    with turns.stream() as stream:
        first_piece(stream)

    with pytest.raises(ConflictError):
        turns.client.threads.runs.run(turns.assistant, turns.thread, asked("再来"))
    stream.cancel()
    turns.next_works()


def within(stream: Any) -> None:
    with stream:
        first_piece(stream)
        stream.cancel()


def after(stream: Any) -> None:
    with stream:
        first_piece(stream)
    stream.cancel()


def in_a_loop(stream: Any) -> None:
    for _ in stream:
        if stream.messages:
            stream.cancel()
            break


def at_once(stream: Any) -> None:
    with stream:
        stream.cancel()


def twice(stream: Any) -> None:
    within(stream)
    stream.cancel()
    stream.close()


CANCELS: list[Callable[[Any], None]] = [within, after, in_a_loop, at_once, twice]


@pytest.mark.parametrize("on_exit", ["close", "cancel"])
@pytest.mark.parametrize("use", CANCELS)
def test_cancel(turns: Turns, use: Any, on_exit: str) -> None:
    """`cancel` works at every moment; before an event has named the run, it waits for one."""
    stream = turns.stream(on_exit=on_exit)
    use(stream)

    turns.next_works()
    with pytest.raises(RuntimeError, match="was closed before"):
        next(stream)


def test_cancel_with_tools(turns: Turns) -> None:
    """A stream with tools, too, while its run waits for an output."""
    turns.server.script(Rule(tool_rounds=[[ToolCall("lookup", {})]], reply=Reply("查到了")))

    @tool
    def lookup() -> str:
        """查"""
        raise AssertionError("nobody asks for it")

    stream = turns.client.threads.runs.stream_run_with_tools(
        turns.assistant, turns.thread, tools=[lookup], on_exit="cancel"
    )
    with stream:
        while not stream.snapshot.tool_calls:
            next(stream)
        stream.cancel()
    turns.next_works()


def test_cancel_by_the_manager(turns: Turns, harness: ClientHarness) -> None:
    """`cancel` of the manager cancels the run of a handler's stream."""
    manager = turns.client.threads.runs.stream_run_with_handler(
        turns.assistant, turns.thread, event_handler=recorder(harness)
    )
    with manager:
        while not manager.messages:
            next(manager)
        manager.cancel()
    turns.next_works()


def test_cancel_of_a_run_that_has_ended(turns: Turns) -> None:
    """`cancel` sends no request."""
    turns.server.script()
    stream = turns.stream()
    stream.until_done()
    stream.cancel()

    assert stream.final_run().status == "completed"
    turns.server.assert_received("cancelRun", times=0)


def test_cancel_of_a_run_that_ended_meanwhile(turns: Turns) -> None:
    """Cancelling raises no error: no run is left to cancel."""
    turns.server.script(Rule(reply=Reply("好")))
    with turns.stream() as stream:
        next(stream)
    turns.client.threads.runs.wait(turns.thread, stream.snapshot.run_id)
    stream.cancel()

    assert turns.states() == ["completed"]


def test_cancel_before_anything_was_sent(turns: Turns) -> None:
    """There is no run; the stream is not to be used any more."""
    stream = turns.stream()
    stream.cancel()

    assert turns.states() == []
    with pytest.raises(RuntimeError, match="was closed before"):
        next(stream)


def test_cancel_after_it_broke(turns: Turns) -> None:
    """The run of a stream that broke off continues, and may be cancelled."""
    cut = Rule(reply=NEVER.reply, fault=Fault(cut=Cut(after_event=3)))
    turns.server.script(cut)
    stream = turns.stream()
    with pytest.raises(StreamInterruptedError):
        list(stream)

    assert turns.states() == ["in_progress"]
    stream.cancel()
    turns.next_works()


def test_cancel_of_an_unknown_run(harness: ClientHarness, serve: Serve) -> None:
    """When no event names the run, nothing is cancelled, and the error says so."""

    def script(exchange: Exchange) -> bool:
        exchange.send(CHUNKED + chunk(event("ping", "")))
        threading.Event().wait(0.05)
        return False

    server = serve(script)
    stream = harness.client("k", server.url).threads.runs.stream_run("a", thread=asked("早"))
    with (
        pytest.raises(ApiConnectionError, match=r"nothing was cancelled: .*id is unknown"),
        stream,
    ):
        stream.cancel()
    assert server.all_closed()
    assert len(server.exchanges) == 1


def test_cancel_that_fails(harness: ClientHarness, serve: Serve) -> None:
    """The error of cancelling is raised, and the connection is closed."""

    def script(exchange: Exchange) -> None:
        if exchange.path.endswith("/cancel"):
            exchange.send(answer({"error": {"code": "forbidden"}}, "403 Forbidden"))
        else:
            exchange.send(CHUNKED + chunk(BEGIN))
            exchange.client_disconnected()

    server = serve(script)
    client = harness.client("k", server.url)
    stream = client.threads.runs.stream_run("a", "t")
    next(stream)
    with pytest.raises(Exception, match="forbidden"):
        stream.cancel()
    with pytest.raises(RuntimeError, match="was closed before"):
        next(stream)


def test_cancel_from_another_thread(server: appbuilder_mock.Running) -> None:
    """A reader that reads the stream meanwhile gets the run's end there."""
    with AppBuilder(server.token, server.url) as client:
        turns = Turns(client, server)
        stream = turns.stream()
        first_piece(stream)
        stopper = threading.Timer(0.2, stream.cancel)
        stopper.start()
        stream.until_done()
        stopper.join(PATIENCE)

        assert stream.final_run().status == "cancelled"
        turns.next_works()


def test_cancel_from_another_task(server: appbuilder_mock.Running) -> None:
    """The same on an event loop."""

    async def main() -> str:
        async with AsyncAppBuilder(server.token, server.url) as client:
            assistant = await client.assistants.create("a")
            stream = client.threads.runs.stream_run(assistant.id, thread=asked("早"))
            async with stream:
                while not stream.messages:
                    await stream.__anext__()
                reading = asyncio.ensure_future(stream.until_done())
                await asyncio.sleep(0.2)
                await stream.cancel()
                await asyncio.wait_for(reading, PATIENCE)
                return (await stream.final_run()).status

    server.script(NEVER)
    assert asyncio.run(main()) == "cancelled"
