"""Handlers: a run's events as calls of methods, with or without a `with` block."""

from __future__ import annotations

from typing import Any

import pytest
from appbuilder_assistants import (
    AssistantEventHandler,
    AsyncAssistantEventHandler,
    NotFoundError,
    StreamInterruptedError,
    UnknownEvent,
)

from tests.clients.bodies import BEGIN, END, STREAM, event, framed, piece, status
from tests.clients.client_harness import AsyncHarness, ClientHarness, SyncHarness
from tests.clients.conftest import Serve
from tests.clients.raw_server import Exchange
from tests.clients.recorder import recorder
from tests.clients.test_against_the_mock import WEATHER, asked


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


def test_a_run_that_is_refused(client: Any) -> None:
    """It is raised when the stream is opened."""
    manager = client.threads.runs.stream_run_with_handler("asst_没有", thread=asked("你好"))

    with pytest.raises(NotFoundError), manager:
        pass


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
