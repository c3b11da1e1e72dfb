"""Streams that are closed before they have named their run."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import Any

import pytest
from appbuilder_assistants import AsyncAppBuilder, StreamInterruptedError

from tests.clients.bodies import BEGIN, CHUNKED, RUN, chunk, event
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, Exchange, answer
from tests.clients.runs.orphaned import OURS, UNKNOWN, Thread, hangs_up, silent
from tests.clients.tools import QUESTION, get_weather


def leave_by_with(stream: Any, client: Any) -> None:
    with stream:
        pass


def leave_by_error(stream: Any, client: Any) -> None:
    with pytest.raises(ZeroDivisionError, match="坏了"), stream:
        raise ZeroDivisionError("坏了")


def leave_by_close(stream: Any, client: Any) -> None:
    stream.__enter__()
    stream.close()


def close_the_client(stream: Any, client: Any) -> None:
    stream.__enter__()
    client.close()


@pytest.mark.parametrize("leave", [leave_by_with, leave_by_error, leave_by_close, close_the_client])
def test_a_stream_closed_before_its_first_event(
    harness: ClientHarness, serve: Serve, leave: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The event is waited for, as it names the run; what else comes before it does not."""
    cancelled = []

    def script(exchange: Exchange) -> bool:
        if exchange.path == "/v2/threads/runs/cancel":
            cancelled.append(exchange.json)
            exchange.send(answer({**OURS, "status": "cancelling"}))
            return True
        exchange.send(CHUNKED + chunk(event("ping", "")))
        threading.Event().wait(0.2)  # the client leaves
        exchange.send(chunk(event("新事", "{}")) + chunk(BEGIN))
        exchange.client_disconnected()
        return False

    client = harness.client("k", serve(script).url)
    stream = client.threads.runs.stream_run_with_tools("a", thread=QUESTION, tools=[get_weather])
    leave(stream, client)

    assert cancelled == [{"thread_id": RUN["thread_id"], "run_id": RUN["id"], "sync": True}]
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize(
    ("where", "wait", "outcome"),
    [
        (
            {"thread": QUESTION},
            silent,
            "a run may be going on; the run's id is unknown, and so is that of its thread",
        ),
        ({"thread_id": "t"}, hangs_up, UNKNOWN),
    ],
    ids=["silent", "broken"],
)
def test_a_closed_stream_that_never_names_its_run(
    harness: ClientHarness,
    serve: Serve,
    caplog: pytest.LogCaptureFixture,
    where: Any,
    wait: Any,
    outcome: str,
) -> None:
    """Closing waits only briefly, and the log says that a run may be going on."""
    thread = Thread(lambda exchange: (exchange.send(CHUNKED), wait(exchange))[1])
    client = harness.client("k", serve(thread).url)

    with client.threads.runs.stream_run_with_tools("a", tools=[get_weather], **where):
        pass

    assert thread.cancelled == []
    [record] = [r for r in caplog.records if r.name == "appbuilder_assistants"]
    assert (record.levelname, record.getMessage()) == (
        "WARNING",
        f"a stream was closed before it named its run: {outcome}",
    )


def test_a_stream_closed_while_it_is_read(serve: Serve) -> None:
    """Closing does not read on then: two readers would compete for the events."""
    begun = threading.Event()
    thread = Thread(lambda exchange: (exchange.send(CHUNKED), begun.set(), silent(exchange)))
    server = serve(thread)

    async def main() -> None:
        async with AsyncAppBuilder("k", server.url) as client:
            runs = client.threads.runs
            async with runs.stream_run_with_tools("a", "t", tools=[get_weather]) as stream:
                reader = asyncio.create_task(stream.until_done())
                await asyncio.sleep(0)
                await stream.close()
                with pytest.raises(StreamInterruptedError, match="it was closed while it was read"):
                    await reader

    asyncio.run(main())

    assert begun.wait(PATIENCE)
    assert thread.paths == ["runs"]
