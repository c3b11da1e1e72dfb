"""`stream.cancel()` and `on_exit="cancel"`: the run ends with its stream; the next turn works."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    AppBuilder,
    AsyncAppBuilder,
    ConflictError,
    DeadlineExceededError,
    StreamInterruptedError,
    tool,
)
from appbuilder_mock.scenarios import Cut, Fault, Reply, Rule, ToolCall

from tests.clients.bodies import BEGIN, CHUNKED, END, RUN, chunk, event, framed, piece, run_as
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, Exchange, answer
from tests.clients.streams.test_handlers import recorder
from tests.clients.test_against_the_mock import asked

NEVER = Rule(reply=Reply(chunks=("你", "好"), chunk_delay=10 * PATIENCE))
"""An answer that does not come to its end while a test waits for it."""


class Turns:
    """One thread of an assistant, whose first run is asked for as a stream."""

    def __init__(self, client: Any, server: appbuilder_mock.Running, *rules: Rule) -> None:
        self.client = client
        self.server = server
        self.assistant = client.assistants.create("a").id
        self.thread = client.threads.create(asked("早")["messages"]).id
        server.script(*(rules or (NEVER,)))

    def stream(self, **options: Any) -> Any:
        return self.client.threads.runs.stream_run(self.assistant, self.thread, **options)

    def states(self) -> list[str]:
        return [run.status for run in self.client.threads.runs.list(self.thread)]

    def next_works(self) -> None:
        """The run is cancelled, and the thread takes another at once."""
        assert self.states() == ["cancelled"]
        self.server.script()
        run = self.client.threads.runs.run(self.assistant, self.thread, asked("再来"))
        assert self.client.text(run).endswith('"再来"')


@pytest.fixture
def turns(harness: ClientHarness, server: appbuilder_mock.Running) -> Turns:
    return Turns(harness.client(server.token, server.url), server)


def first_piece(stream: Any) -> None:
    """Read until the answer has begun."""
    while not stream.messages:
        next(stream)


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


def by_break(stream: Any) -> None:
    for _ in stream:
        if stream.messages:
            break


def by_with(stream: Any) -> None:
    with stream:
        first_piece(stream)


def by_with_at_once(stream: Any) -> None:
    with stream:
        pass


def by_error(stream: Any) -> None:
    with suppress(ZeroDivisionError), stream:
        first_piece(stream)
        raise ZeroDivisionError


def by_close(stream: Any) -> None:
    next(stream)
    stream.close()


def by_texts(stream: Any) -> None:
    for _ in stream.text:
        break


EXITS: list[Callable[[Any], None]] = [by_break, by_with, by_with_at_once, by_error, by_close]


@pytest.mark.parametrize("leave", [*EXITS, by_texts])
def test_on_exit(turns: Turns, leave: Any) -> None:
    """Each way of leaving a stream before its end cancels the run, and waits for that."""
    leave(turns.stream(on_exit="cancel"))
    turns.next_works()


def test_on_exit_with_a_handler(turns: Turns, harness: ClientHarness) -> None:
    """An exception in a handler closes the stream as well."""

    def failing(self: Any, messages_event: Any) -> None:
        raise ZeroDivisionError

    manager = turns.client.threads.runs.stream_run_with_handler(
        turns.assistant,
        turns.thread,
        event_handler=recorder(harness, messages=failing),
        on_exit="cancel",
    )
    with pytest.raises(ZeroDivisionError):
        manager.until_done()
    turns.next_works()


def test_on_exit_by_closing_the_client(harness: ClientHarness, turns: Turns) -> None:
    """Streams that are open are left first."""
    other = harness.client(turns.server.token, turns.server.url)
    stream = other.threads.runs.stream_run(turns.assistant, turns.thread, on_exit="cancel")
    first_piece(stream)
    other.close()
    turns.next_works()


def test_on_exit_after_a_break(turns: Turns) -> None:
    """A stream that broke off was left as well; the error is the break's."""
    turns.server.script(Rule(reply=NEVER.reply, fault=Fault(cut=Cut(after_event=3))))
    with pytest.raises(StreamInterruptedError):
        list(turns.stream(on_exit="cancel"))
    turns.next_works()


def test_on_exit_at_the_deadline(turns: Turns) -> None:
    """The error says that the run was cancelled, whatever `on_deadline` says."""
    with pytest.raises(DeadlineExceededError, match="the run was cancelled") as caught:
        list(turns.stream(on_exit="cancel", deadline=0.5))
    assert caught.value.cancelled
    assert caught.value.thread_id == turns.thread
    turns.next_works()


def test_on_exit_of_a_stream_that_ended(turns: Turns) -> None:
    """`on_exit` sends no cancellation after the end."""
    turns.server.script()
    with turns.stream(on_exit="cancel") as stream:
        assert stream.final_run().status == "completed"
    assert turns.states() == ["completed"]
    turns.server.assert_received("cancelRun", times=0)


def test_the_order_on_the_wire(harness: ClientHarness, serve: Serve) -> None:
    """The stream, and the cancellation by the id that its event named."""

    def script(exchange: Exchange) -> object:
        if exchange.path.endswith("/cancel"):
            return exchange.send(run_as("cancelled"))
        exchange.send(CHUNKED + chunk(BEGIN + piece(2, "你")))
        return exchange.client_disconnected()

    server = serve(script)
    stream = harness.client("k", server.url).threads.runs.stream_run("a", "t", on_exit="cancel")
    with stream:
        next(stream)

    assert [exchange.path.removeprefix("/v2/threads/") for exchange in server.exchanges] == [
        "runs",
        "runs/cancel",
    ]
    ids = {"thread_id": RUN["thread_id"], "run_id": RUN["id"]}
    assert server.exchanges[1].json == {**ids, "sync": True}


@pytest.mark.parametrize("word", ["", "Cancel", None, True, "raise"])
def test_other_words(client: Any, word: Any) -> None:
    """Another word for `on_exit` is refused before a request is sent."""
    runs = client.threads.runs
    with pytest.raises(ValueError, match=r'on_exit: expected "close" or "cancel", got'):
        runs.stream_run("asst_1", "thread_1", on_exit=word)
    with pytest.raises(ValueError, match=r'on_exit: expected "close" or "cancel", got'):
        runs.stream_run_with_handler("asst_1", "thread_1", on_exit=word)
    with pytest.raises(ValueError, match=r'on_exit: expected "cancel", got'):
        runs.stream_run_with_tools("asst_1", "thread_1", on_exit=word)


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


def test_a_task_that_is_cancelled(server: appbuilder_mock.Running) -> None:
    """The run is cancelled before the task ends, though the task itself is cancelled."""

    async def main() -> str:
        async with AsyncAppBuilder(server.token, server.url) as client:
            assistant = await client.assistants.create("a")
            runs = client.threads.runs
            stream = runs.stream_run(assistant.id, thread=asked("早"), on_exit="cancel")
            begun = asyncio.Event()

            async def read() -> None:
                async with stream:
                    async for _ in stream.text:
                        begun.set()

            reading = asyncio.ensure_future(read())
            await asyncio.wait_for(begun.wait(), PATIENCE)
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading
            snapshot = stream.snapshot
            run = await runs.query(str(snapshot.thread_id), str(snapshot.run_id))
            return run.status

    server.script(NEVER)
    assert asyncio.run(main()) == "cancelled"


def test_a_whole_stream_that_came_at_once(harness: ClientHarness, serve: Serve) -> None:
    """Left before its events were read: the run is named, and asked to be cancelled."""
    cancelled = []

    def script(exchange: Exchange) -> None:
        if exchange.path.endswith("/cancel"):
            cancelled.append(exchange.json["run_id"])
            exchange.send(answer({"error": {"code": "conflict"}}, "409 Conflict"))
        else:
            exchange.send(framed(BEGIN + piece(2, "好") + END)["length"])

    stream = harness.client("k", serve(script).url).threads.runs.stream_run(
        "a", thread=asked("早"), on_exit="cancel"
    )
    with stream:
        next(stream)
    assert cancelled == [RUN["id"]]
