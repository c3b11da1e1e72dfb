"""Handlers: a run's events as calls of methods, with or without a `with` block."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from appbuilder_assistants import (
    AppBuilder,
    AssistantEventHandler,
    AsyncAppBuilder,
    AsyncAssistantEventHandler,
    NotFoundError,
    StreamInterruptedError,
    UnknownEvent,
)
from appbuilder_assistants.types import ToolOutputDict

from tests.clients.bodies import BEGIN, CHUNKED, END, STREAM, chunk, event, framed, piece, status
from tests.clients.client_harness import AsyncHarness, ClientHarness, SyncHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, Exchange
from tests.clients.test_against_the_mock import WEATHER, asked

HOOKS = (
    "messages",
    "message_creation",
    "run_begin",
    "run_end",
    "run_cancelling",
    "tool_step_begin",
    "tool_step_end",
    "tool_calls",
    "tool_submitted_output",
    "unknown",
    "reconciled",
)


def recorder(harness: ClientHarness, **overridden: Any) -> Any:
    """A handler that records its calls, and runs the overridden methods."""
    called: list[str] = []

    def hook(name: str) -> Any:
        def method(self: Any, event: Any) -> Any:
            called.append(name)
            return overridden[name](self, event) if name in overridden else None

        return method

    methods: dict[str, Any] = {name: hook(name) for name in HOOKS}
    cls = type("Recorder", (harness.handler_class,), {**methods, "called": called})
    return cls()


def whole(exchange: Exchange) -> None:
    exchange.send(framed(STREAM)["chunked"])


@pytest.mark.parametrize("way", ["with", "manager", "handler", "for", "for handler"])
def test_every_event_calls_its_method(harness: ClientHarness, serve: Serve, way: str) -> None:
    """Each method is called once and in order, for every way of reading the run to its end."""
    server = serve(whole)
    handler = recorder(harness)
    runs = harness.client("k", server.url).threads.runs
    manager = runs.stream_run_with_handler("a", "t", event_handler=handler)
    mine = harness.settle(handler) if isinstance(harness, AsyncHarness) else handler
    assert server.exchanges == []

    if way == "with":
        with manager as entered:
            assert entered.called is handler.called
            assert len(server.exchanges) == 1
            entered.until_done()
    elif way in ("manager", "handler"):
        (manager if way == "manager" else mine).until_done()
    else:
        numbers = [e.send_id for e in (manager if way == "for" else mine)]
        assert numbers == [1, 2, 3, 4]

    assert handler.called == ["run_begin", "messages", "messages", "run_end"]
    assert handler.stream_run_context.current_run_id == "run_1"
    assert manager.snapshot.messages == {"m": "我是秦始皇"}
    (exchange,) = server.exchanges
    assert exchange.json == {"assistant_id": "a", "thread_id": "t", "stream": True}


def test_a_method_is_called_before_the_event_is_given(harness: ClientHarness, serve: Serve) -> None:
    """A loop over the stream sees the handler's changes."""
    handler = recorder(harness)
    runs = harness.client("k", serve(whole).url).threads.runs

    counts = [
        len(handler.called) for _ in runs.stream_run_with_handler("a", "t", event_handler=handler)
    ]

    assert counts == [1, 2, 3, 4]


def test_the_context_in_a_hook(harness: ClientHarness, serve: Serve) -> None:
    """The ids that a tool's output needs are there when the tool is asked for."""
    call = {"id": "call-1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    step = {
        "id": "step-1",
        "object": "thread.run.step",
        "thread_id": "t",
        "run_id": "run_1",
        "status": "in_progress",
        "created_at": 1,
    }
    body = (
        BEGIN
        + status(2, "tool_step_begin", "in_progress", run_step_object=step)
        + status(3, "tool_calls", "requires_action", tool_calls=[call])
        + piece(4, "晴")
        + END
    )
    seen: list[tuple[Any, ...]] = []

    def look(self: Any, event: Any) -> None:
        now = self.stream_run_context
        assert now.current_event is event
        calls = now.current_tool_calls
        seen.append(
            (
                now.current_run_id,
                now.current_thread_id,
                now.current_assistant_id,
                now.current_run_step_id,
                calls and [one.id for one in calls],
            )
        )

    hooks = ("tool_step_begin", "tool_calls", "messages")
    handler = recorder(harness, **dict.fromkeys(hooks, look))
    server = serve(lambda exchange: exchange.send(framed(body)["length"]))
    runs = harness.client("k", server.url).threads.runs
    runs.stream_run_with_handler("a", "t", event_handler=handler).until_done()

    ids = ("run_1", "t", "a")
    assert seen == [(*ids, "step-1", None), (*ids, None, ["call-1"]), (*ids, None, None)]


@pytest.mark.parametrize("way", ["with", "plain", "for"])
@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_an_exception_of_a_hook(
    harness: ClientHarness, serve: Serve, way: str, error: type[BaseException]
) -> None:
    """The exception reaches the caller unchanged, and the connection is closed."""
    disconnected = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.send(CHUNKED + chunk(BEGIN + piece(2, "你")))
        assert exchange.client_disconnected()
        disconnected.set()

    def fail(self: Any, event: Any) -> None:
        raise error("坏了")

    handler = recorder(harness, messages=fail)
    runs = harness.client("k", serve(script).url).threads.runs
    manager = runs.stream_run_with_handler("a", "t", event_handler=handler)

    def act() -> None:
        if way == "with":
            with manager as entered:
                entered.until_done()
        elif way == "plain":
            manager.until_done()
        else:
            list(manager)

    # The caught error is kept, and with it all that only its frames hold.
    with pytest.raises(error, match="坏了") as caught:
        act()

    assert disconnected.wait(PATIENCE)
    assert handler.called == ["run_begin", "messages"]
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("way", ["with", "for"])
def test_leaving_early_closes_the_connection(
    harness: ClientHarness, serve: Serve, way: str
) -> None:
    """The server sees the reader go."""
    disconnected = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.send(CHUNKED + chunk(BEGIN))
        assert exchange.client_disconnected()
        disconnected.set()

    handler = recorder(harness)
    runs = harness.client("k", serve(script).url).threads.runs
    manager = runs.stream_run_with_handler("a", "t", event_handler=handler)
    if way == "with":
        with manager as entered:
            next(iter(entered))
    else:
        for _ in manager:
            break

    assert disconnected.wait(PATIENCE)


def test_unknown_events(harness: ClientHarness, serve: Serve) -> None:
    """A new event type and a new event both call `unknown`."""
    seen: list[Any] = []
    handler = recorder(harness, unknown=lambda self, event: seen.append(event))
    body = BEGIN + status(2, "run_paused", "paused") + event("audio", {"你": 1}) + END
    server = serve(lambda exchange: exchange.send(framed(body)["length"]))
    runs = harness.client("k", server.url).threads.runs

    runs.stream_run_with_handler("a", "t", event_handler=handler).until_done()

    assert handler.called == ["run_begin", "unknown", "unknown", "run_end"]
    assert seen[0].event_type == "run_paused"
    assert seen[1] == UnknownEvent("audio", '{"你": 1}')


def test_a_stream_that_breaks(harness: ClientHarness, serve: Serve) -> None:
    """`until_done` raises if the stream ends without its final event."""
    server = serve(lambda exchange: exchange.send(framed(BEGIN + piece(2, "你"))["length"]))
    handler = recorder(harness)
    runs = harness.client("k", server.url).threads.runs

    with pytest.raises(StreamInterruptedError):
        runs.stream_run_with_handler("a", "t", event_handler=handler).until_done()

    assert handler.called == ["run_begin", "messages"]


def test_no_handler(harness: ClientHarness, serve: Serve) -> None:
    """Without a handler the events go to one that does nothing."""
    runs = harness.client("k", serve(whole).url).threads.runs

    with runs.stream_run_with_handler("a", "t") as handler:
        handler.until_done()

    assert handler.stream_run_context.current_run_id == "run_1"


def test_a_handler_for_two_runs(harness: ClientHarness, serve: Serve) -> None:
    """A handler serves one run after the other; the context of the first is dropped."""
    handler = recorder(harness)
    server = serve(whole)
    runs = harness.client("k", server.url).threads.runs

    runs.stream_run_with_handler("a", "t", event_handler=handler).until_done()
    first = handler.stream_run_context
    runs.stream_run_with_handler("a", "t", event_handler=handler).until_done()

    assert handler.stream_run_context is not first
    assert len(handler.called) == 8


def test_wrong_use(harness: ClientHarness) -> None:
    """A handler of the wrong kind, one without a run, a stream that was read."""
    runs = harness.client("k", "http://127.0.0.1:9").threads.runs
    other = (
        AsyncAssistantEventHandler if isinstance(harness, SyncHarness) else AssistantEventHandler
    )

    with pytest.raises(TypeError, match="event_handler: expected an instance of a subclass of"):
        runs.stream_run_with_handler("a", "t", event_handler=other())
    with pytest.raises(TypeError, match="event_handler"):
        runs.stream_run_with_handler("a", "t", event_handler=harness.handler_class)
    handler = recorder(harness)
    with pytest.raises(RuntimeError, match="hand it to stream_run_with_handler"):
        handler.until_done() if isinstance(harness, SyncHarness) else harness.settle(
            handler.until_done()
        )
    manager = runs.stream_run_with_handler("a", "t")
    manager.close()
    with pytest.raises(RuntimeError, match="closed before"):
        manager.until_done()


def test_every_parameter_is_carried_over(harness: ClientHarness, serve: Serve) -> None:
    """In the official order, the handler among them."""
    server = serve(whole)
    runs = harness.client("k", server.url).threads.runs
    handler = recorder(harness)
    given = {
        "assistant_id": "a",
        "thread_id": "t",
        "thread": {"messages": [{"role": "user", "content": "你好"}]},
        "model": "m",
        "response_format": "text",
        "instructions": "i",
        "thought_instructions": "ti",
        "chat_instructions": "ci",
        "tools": [WEATHER],
        "metadata": {"k": "v"},
        "tool_output": {"tool_call_id": "c", "output": "o", "run_id": "r"},
    }
    rest = {"model_parameters": {}, "user_info": {"id": "u"}, "user_loc": {"loc": "l"}}

    runs.stream_run_with_handler(*given.values(), handler, *rest.values()).until_done()

    assert server.exchanges[0].json == {**given, **rest, "stream": True}
    assert handler.called


def test_a_run_that_is_refused(harness: ClientHarness, client: Any) -> None:
    """It is raised when the stream is opened."""
    manager = client.threads.runs.stream_run_with_handler("asst_没有", thread=asked("你好"))

    with pytest.raises(NotFoundError), manager:
        pass


def test_tools_within_a_stream(mock: Any) -> None:
    """The official way: a hook submits the outputs, and the stream continues."""

    class Handler(AssistantEventHandler):
        answer = ""

        def messages(self, messages_event: Any) -> None:
            self.answer += messages_event.content[-1].text.value

        def tool_calls(self, status_event: Any) -> None:
            for call in self.stream_run_context.current_tool_calls or []:
                client.threads.runs.submit_tool_outputs(
                    run_id=self.stream_run_context.current_run_id or "",
                    thread_id=self.stream_run_context.current_thread_id or "",
                    tool_outputs=[{"tool_call_id": call.id, "output": "晴,25 度"}],
                )

    with AppBuilder(mock.token, mock.url) as client:
        assistant = client.assistants.create("a", tools=[WEATHER])
        with client.threads.runs.stream_run_with_handler(
            assistant_id=assistant.id, thread=asked("北京?"), event_handler=Handler()
        ) as stream:
            stream.until_done()

    assert isinstance(stream, Handler)
    assert "晴,25 度" in stream.answer


def test_async_tools_within_a_stream(mock: Any) -> None:
    """The same with hooks that are awaited, beside one that is plain."""

    class Handler(AsyncAssistantEventHandler):
        answer = ""

        def messages(self, messages_event: Any) -> None:
            self.answer += messages_event.content[-1].text.value

        async def tool_calls(self, status_event: Any) -> None:
            now = self.stream_run_context
            outputs: list[ToolOutputDict] = [
                {"tool_call_id": call.id, "output": "晴,25 度"}
                for call in now.current_tool_calls or []
            ]
            await client.threads.runs.submit_tool_outputs(
                now.current_run_id or "", now.current_thread_id or "", outputs
            )

    client = AsyncAppBuilder(mock.token, mock.url)

    async def main() -> Handler:
        handler = Handler()
        async with client:
            assistant = await client.assistants.create("a", tools=[WEATHER])
            runs = client.threads.runs
            await runs.stream_run_with_handler(
                assistant.id, thread=asked("北京?"), event_handler=handler
            ).until_done()
        return handler

    assert "晴,25 度" in asyncio.run(main()).answer


def test_an_async_hook_in_a_plain_handler(serve: Serve) -> None:
    """An async hook would never be awaited: it is refused at the first event."""

    class Handler(AssistantEventHandler):
        async def run_begin(self, status_event: Any) -> None:
            raise AssertionError("never run")

    with (
        AppBuilder("k", serve(whole).url) as client,
        pytest.raises(TypeError, match="plain `def`"),
    ):
        client.threads.runs.stream_run_with_handler("a", "t", event_handler=Handler()).until_done()


def test_a_handler_one_event_at_a_time(harness: ClientHarness, serve: Serve) -> None:
    """`next` handles one event; `until_done` continues behind it."""
    handler = recorder(harness)
    client = harness.client("k", serve(whole).url)

    with client.threads.runs.stream_run_with_handler("a", "t", event_handler=handler) as events:
        next(events)
        one = list(handler.called)
        events.until_done()

    assert one == ["run_begin"]
    assert handler.called[0] == "run_begin"
    assert handler.called[-1] == "run_end"
    assert handler.called.count("run_begin") == 1
