"""The events of a stream: their order, their count, their texts."""

from __future__ import annotations

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from appbuilder_mock.runs.engine import Runs
from appbuilder_mock.runs.event_stream import EventStream
from appbuilder_mock.storage.store import Store
from appbuilder_mock.wire_format.events import message_piece
from starlette.types import Message

from tests.mock.wire import WEATHER, Api, Event, counted, final_text, joined, order

PLAIN = ["run_begin", "tool_step_begin", "message_creation", "message", "tool_step_end", "run_end"]


def test_a_plain_answer_in_the_recorded_order(api: Api) -> None:
    """Each event with its status and its object, counted from 1."""
    received = api.streamed()
    begin, step_begin, creation, *pieces, step_end, end = received

    assert order(received) == PLAIN
    assert counted(received) == list(range(1, len(received) + 1))
    assert begin.data["status"] == "queued"
    assert begin.data["details"]["type"] == "run_object"
    assert begin.data["details"]["run_object"]["status"] == "queued"
    assert step_begin.data["status"] == "in_progress"
    assert step_begin.data["details"]["type"] == "run_step_object"
    assert step_begin.data["details"]["run_step_object"]["id"] == "step-1"
    assert creation.data["details"]["type"] == "message_creation"
    assert {piece.data["message_id"] for piece in pieces} == {
        creation.data["details"]["message_creation"]["message_id"]
    }
    assert step_end.data["status"] == "completed"
    assert step_end.data["details"]["run_step_object"]["status"] == "completed"
    assert end.data["status"] == "completed"
    assert end.data["details"]["run_object"]["completed_at"] > 0
    assert end.data["details"]["run_object"]["object"] == "thread.run"
    assert end.data["message"].startswith("run end. duration:0s logId:")


@pytest.mark.parametrize("text", ["a", '你好🌏\n「引号」"\\ \u2028', "长" * 4000])
def test_the_pieces_join_to_the_answer(api: Api, text: str) -> None:
    """Several pieces, the last one marked; together they are the message that is stored."""
    received = api.streamed(thread_id=api.thread(text))
    pieces = [event for event in received if event.name == "message"]

    assert len(pieces) > 1
    assert [piece.data["is_end"] for piece in pieces] == [0] * (len(pieces) - 1) + [1]
    assert pieces[-1].data["metadata"] == {"finish_reason": "stop"}
    assert "metadata" not in pieces[0].data
    assert [piece.data["message_index"] for piece in pieces] == [
        str(index) for index in range(len(pieces))
    ]
    assert joined(received) == f'你说:「{text}」 You said: "{text}"'


def test_stream_and_blocking_say_the_same(api: Api) -> None:
    """Only the form differs."""
    assistant = api.assistant(instructions="简短")

    assert joined(api.streamed(assistant_id=assistant)) == final_text(
        api.run(assistant_id=assistant)
    )


def test_a_function_call_while_the_stream_waits(api: Api) -> None:
    """The stream stays open with pings, and continues when the output comes elsewhere."""
    received: list[Event] = []
    with api.stream(tools=[WEATHER]) as events, ThreadPoolExecutor(1) as elsewhere:
        for event in events:
            received.append(event)
            # The first ping: the stream is silent because it waits.
            if event.name == "ping" and order(received)[-1] == "tool_calls":
                [call] = (
                    received[-2].data["details"]["tool_calls"]
                    if received[-2].name != "ping"
                    else [{}]
                )
                if call:
                    outputs = [{"tool_call_id": call["id"], "output": "晴，25 度", "run_id": ""}]
                    run = received[0].data["details"]["run_object"]
                    body = {"thread_id": run["thread_id"], "run_id": run["id"]}
                    submitted = elsewhere.submit(
                        api.ok, "threads/runs/submit_tool_outputs", **body, tool_outputs=outputs
                    )
    result = submitted.result()

    assert order(received) == [
        "run_begin",
        "tool_step_begin",
        "tool_calls",
        "tool_submitted_output",
        "tool_step_end",
        "tool_step_begin",
        "message_creation",
        "message",
        "tool_step_end",
        "run_end",
    ]
    status = [event for event in received if event.name != "ping"]
    assert counted(received) == list(range(1, len(status) + 1))
    assert status[2].data["status"] == "requires_action"
    assert status[2].data["details"]["type"] == "tool_calls"
    assert json.loads(call["function"]["arguments"]) == {"city": "北京"}
    assert call["id"] == f"call-{run['thread_id']}-{run['id']}-step-1"
    [answered] = status[3].data["details"]["tool_calls"]
    assert answered["function"]["output"] == "晴，25 度"
    assert joined(received).endswith("工具 get_weather 的结果 Tool result: 晴，25 度")
    assert result["status"] == "in_progress"  # it goes on in the stream


def test_cancel_while_the_stream_waits(api: Api) -> None:
    """run_cancelling, then an end that says when."""
    received: list[Event] = []
    with api.stream(tools=[WEATHER]) as events:
        for event in events:
            received.append(event)
            if event.kind == "tool_calls":
                run = received[0].data["details"]["run_object"]
                answer = api.ok("threads/runs/cancel", thread_id=run["thread_id"], run_id=run["id"])

    assert order(received)[-2:] == ["run_cancelling", "run_end"]
    assert answer["status"] in ("cancelling", "cancelled")
    cancelling, end = [event for event in received if event.name != "ping"][-2:]
    assert cancelling.data["status"] == "cancelling"
    assert end.data["status"] == "cancelled"
    assert end.data["details"]["run_object"]["cancelled_at"] > 0
    [step] = api.ok("threads/runs/steps/list", thread_id=run["thread_id"], run_id=run["id"])["data"]
    assert step["status"] == "cancelled"


def test_a_client_that_goes_away(api: Api) -> None:
    """The run continues to its end without it."""
    with api.stream() as events:
        run = next(events).data["details"]["run_object"]
    where = {"thread_id": run["thread_id"], "run_id": run["id"]}
    api.ok("threads/messages", thread_id=run["thread_id"], role="user", content="还在吗")
    # Only when the first run is over may a second one begin.
    run_when_accepted(api, assistant_id=run["assistant_id"], thread_id=run["thread_id"])

    assert api.ok("threads/runs/query", **where)["status"] == "completed"


def test_a_waiting_run_outlives_its_stream(api: Api) -> None:
    """Its output can be submitted afterwards, and the answer comes with that call."""
    with api.stream(tools=[WEATHER]) as events:
        run = next(events).data["details"]["run_object"]
        call = next(event for event in events if event.kind == "tool_calls")
    [waiting] = call.data["details"]["tool_calls"]
    where = {"thread_id": run["thread_id"], "run_id": run["id"]}
    outputs = [{"tool_call_id": waiting["id"], "output": "晴"}]

    assert api.ok("threads/runs/query", **where)["status"] == "requires_action"
    submitted = api.ok("threads/runs/submit_tool_outputs", **where, tool_outputs=outputs)
    while submitted["status"] == "in_progress":  # the server had not yet seen the stream go
        submitted = api.ok("threads/runs/query", **where)
    assert submitted["status"] == "completed"


def test_a_closed_stream_is_no_longer_open(api: Api) -> None:
    """Outputs then get the end, and not a run that continues elsewhere."""
    with api.stream(tools=[WEATHER]) as events:
        run = next(events).data["details"]["run_object"]
        call = next(event for event in events if event.kind == "tool_calls")
    [waiting] = call.data["details"]["tool_calls"]
    where = {"thread_id": run["thread_id"], "run_id": run["id"]}
    # The connection is closed by now; answering these, the server has come past noticing it.
    for _ in range(20):
        api.ok("threads/runs/query", **where)
    outputs = [{"tool_call_id": waiting["id"], "output": "晴"}]
    answer = api.ok("threads/runs/submit_tool_outputs", **where, tool_outputs=outputs)

    assert answer["status"] == "completed"


def test_tool_output_continues_as_a_stream(api: Api) -> None:
    """The new stream begins with the run as it stands, and counts from 1."""
    where, call = api.waiting_run()
    output = {"tool_call_id": call, "output": "晴", "run_id": where["run_id"]}
    received = api.streamed(thread_id=where["thread_id"], tool_output=output)

    assert order(received)[:3] == ["run_begin", "tool_submitted_output", "tool_step_end"]
    assert order(received)[-1] == "run_end"
    assert counted(received) == list(range(1, len(received) + 1))
    assert received[0].data["details"]["run_object"]["id"] == where["run_id"]


def test_an_error_comes_in_place_of_the_stream(api: Api) -> None:
    """A JSON body with its status, no event."""
    response = api.post("threads/runs", {"assistant_id": "a", "thread_id": "t", "stream": True})

    assert response.status_code == 404
    assert response.headers["content-type"] == "application/json"


def test_fifty_streams_at_once(api: Api) -> None:
    """Each gets its own run, whole and in order."""
    assistant = api.assistant()

    def one(number: int) -> tuple[int, list[Event]]:
        text = f"第 {number} 号"
        body: dict[str, Any] = {"messages": [{"role": "user", "content": text}]}
        return number, api.streamed(assistant_id=assistant, thread=body)

    with ThreadPoolExecutor(50) as pool:
        results = list(pool.map(one, range(50)))

    assert len({received[0].data["details"]["run_object"]["id"] for _, received in results}) == 50
    for number, received in results:
        assert order(received) == PLAIN
        events = [event for event in received if event.name != "ping"]
        assert counted(received) == list(range(1, len(events) + 1))
        assert joined(received) == f'你说:「第 {number} 号」 You said: "第 {number} 号"'


def test_many_streams_wait_at_once(api: Api) -> None:
    """Twenty runs wait in open streams; each output goes to its own run."""
    assistant = api.assistant(tools=[WEATHER])

    def one(number: int) -> str:
        received = []
        with api.stream(assistant_id=assistant) as events:
            for event in events:
                received.append(event)
                if event.kind == "tool_calls":
                    run = received[0].data["details"]["run_object"]
                    api.ok(
                        "threads/runs/submit_tool_outputs",
                        thread_id=run["thread_id"],
                        run_id=run["id"],
                        tool_outputs=[
                            {
                                "tool_call_id": event.data["details"]["tool_calls"][0]["id"],
                                "output": f"第 {number} 号",
                            }
                        ],
                    )
        return joined(received)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(one, range(20)))

    for number, answer in enumerate(answers):
        assert answer.endswith(f"Tool result: 第 {number} 号")


def run_when_accepted(api: Api, **body: Any) -> httpx.Response:
    """Ask until the server no longer answers 409."""
    for _ in range(500):
        response = api.post("threads/runs", body)
        if response.status_code != 409:
            return response
    raise AssertionError(response.text)


def test_no_ping_without_silence() -> None:
    """An event that comes while a busy loop is late with a ping counts; the ping does not."""

    async def main() -> list[bytes]:
        runs, sent = Runs(Store()), list[bytes]()
        run: dict[str, Any] = {"id": "run_1", "thread_id": "thread_1", "status": "queued"}
        stream = EventStream(runs, run, ping_interval=0.5, wire="current")

        async def receive() -> Message:
            await asyncio.sleep(60)
            raise AssertionError("nothing disconnects")

        async def send(message: Message) -> None:
            sent.append(message.get("body", b""))

        task = asyncio.create_task(stream({"type": "http"}, receive, send))
        await asyncio.sleep(0.01)
        piece = message_piece("chatmsg_1", 0, "晴", is_end=True)
        asyncio.get_running_loop().call_soon(runs.event_bus.publish, "run_1", piece)
        time.sleep(0.6)  # noqa: ASYNC251 - the loop is busy, and late with the ping
        await asyncio.sleep(0.01)
        runs.event_bus.end_streams()
        await task
        return sent

    assert [body.partition(b"\n")[0] for body in asyncio.run(main())] == [
        b"",
        b"event: message",
        b"",
    ]
