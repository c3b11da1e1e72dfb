"""Streams with tools that are closed before their end: their runs are cancelled."""

from __future__ import annotations

import asyncio
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import AppBuilder, AsyncAppBuilder, BadRequestError, NotFoundError
from appbuilder_mock.scenarios import Fault, Match, Rule

from tests.clients.client_harness import ClientHarness
from tests.clients.tools import QUESTION, Kaputt, ends_of, get_weather, named, runs_of


def first_calls(whole: Any) -> None:
    for event in whole:
        if getattr(event, "event_type", "") == "tool_calls":
            break


@pytest.mark.parametrize("entered", [True, False], ids=["with", "plain"])
def test_leaving_early_cancels_the_run(
    stream: Any, client: Any, server: appbuilder_mock.Running, entered: bool
) -> None:
    """A loop that is left while the run waits: its calls would not be answered."""
    if entered:
        with stream(get_weather) as unfinished:
            first_calls(unfinished)
    else:
        first_calls(stream(get_weather))

    assert ends_of(server, client) == ["cancelled"]


def test_leaving_before_the_first_event_cancels_the_run(
    stream: Any, client: Any, server: appbuilder_mock.Running
) -> None:
    """Its id has not come yet: the event that names it is waited for."""
    thread = client.threads.create()

    with stream(get_weather, thread_id=thread.id):
        pass

    assert ends_of(server, client) == ["cancelled"]


@pytest.mark.parametrize("error", [Kaputt(), NotFoundError()], ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("read", [True, False], ids=["some events", "no event"])
def test_an_error_in_the_block_cancels_the_run(
    stream: Any,
    client: Any,
    server: appbuilder_mock.Running,
    error: Exception,
    read: bool,
) -> None:
    """Every exception, after any number of events, cancels the run."""
    thread = client.threads.create()

    def body() -> None:
        with stream(get_weather, thread_id=thread.id) as unfinished:
            if read:
                first_calls(unfinished)
            raise error

    with pytest.raises(type(error)) as caught:
        body()

    assert caught.value is error
    assert ends_of(server, client) == ["cancelled"]


def test_closing_a_stream_that_is_over(stream: Any, server: appbuilder_mock.Running) -> None:
    """Nothing is left to cancel, and nothing is sent for one that was never used."""
    over = stream(get_weather)
    list(over)
    over.close()
    stream(get_weather).close()

    operations = [request.operation for request in server.requests]
    assert operations == ["createAssistant", "createRun", "submitToolOutputs"]


def test_cancelling_that_fails_is_noted(stream: Any, server: appbuilder_mock.Running) -> None:
    """The original error stays the error; what came of cancelling is a note on it."""
    server.script(Rule(match=Match(operation="cancelRun"), fault=Fault(status=400)))

    @named
    def weather(city: str) -> str:
        raise Kaputt

    with pytest.raises(Kaputt) as caught:
        list(stream(weather))

    (note,) = caught.value.__notes__
    assert note.startswith("cancelling the run failed (400")


@pytest.mark.parametrize("error", [None, Kaputt()], ids=["break", "an error"])
def test_leaving_a_native_async_for(
    server: appbuilder_mock.Running, error: Exception | None
) -> None:
    """With no context manager, and the client closed at once: the run is cancelled all the same."""

    async def main() -> None:
        async with AsyncAppBuilder(server.token, server.url) as client:
            assistant = await client.assistants.create("a")
            async for event in client.threads.runs.stream_run_with_tools(
                assistant.id, thread=QUESTION, tools=[get_weather]
            ):
                if getattr(event, "event_type", "") == "tool_calls":
                    if error is not None:
                        raise error
                    break

    if error is None:
        asyncio.run(main())
    else:
        with pytest.raises(Kaputt):
            asyncio.run(main())

    with AppBuilder(server.token, server.url) as client:
        assert ends_of(server, client) == ["cancelled"]


def test_closing_the_client_cancels_the_runs_of_its_streams(
    harness: ClientHarness, server: appbuilder_mock.Running, client: Any
) -> None:
    """A stream that is only put aside is no reason to leave its run waiting."""
    other = harness.client(server.token, server.url)
    assistant = other.assistants.create("a")
    aside = other.threads.runs.stream_run_with_tools(
        assistant.id, thread=QUESTION, tools=[get_weather]
    )
    aside.__enter__()
    first_calls(aside)

    other.close()

    assert ends_of(server, client) == ["cancelled"]


def test_closing_the_client_leaves_all_its_streams(
    harness: ClientHarness, server: appbuilder_mock.Running
) -> None:
    """A run that cannot be cancelled keeps no other from it, nor the connections from closing."""
    server.script(Rule(match=Match(operation="cancelRun"), fault=Fault(status=400)))
    client = harness.client(server.token, server.url)
    assistant = client.assistants.create("a")
    for _ in range(3):
        aside = client.threads.runs.stream_run_with_tools(
            assistant.id, thread=QUESTION, tools=[get_weather]
        )
        aside.__enter__()
        first_calls(aside)

    with pytest.raises(BadRequestError) as caught:
        client.close()

    cancelled = {request.body["run_id"] for request in server.assert_received("cancelRun", times=3)}
    assert cancelled == {run["id"] for run in runs_of(server)}
    assert [note.partition(": ")[0] for note in caught.value.__notes__] == [
        "another stream could not be closed either"
    ] * 2
    with pytest.raises(RuntimeError, match="closed"):
        client.assistants.list()
    client.close()
