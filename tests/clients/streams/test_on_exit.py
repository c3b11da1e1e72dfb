"""`on_exit="cancel"`: leaving a stream before its end cancels its run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import AsyncAppBuilder, DeadlineExceededError, StreamInterruptedError
from appbuilder_mock.scenarios import Cut, Fault, Rule

from tests.clients.bodies import BEGIN, CHUNKED, END, RUN, chunk, framed, piece, run_as
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, Exchange, answer
from tests.clients.recorder import recorder
from tests.clients.streams.turns import NEVER, Turns, first_piece
from tests.clients.test_against_the_mock import asked


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
