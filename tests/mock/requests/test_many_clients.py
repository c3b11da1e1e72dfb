"""Two hundred clients at once, each with a stream of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.mock.process import serving
from tests.mock.wire import WEATHER

CLIENTS = 200
PATIENCE = 120  # seconds until the test fails


class Gathering:
    """Opens when all clients have come."""

    def __init__(self) -> None:
        self._missing = CLIENTS
        self._all = asyncio.Event()

    async def come(self) -> None:
        self._missing -= 1
        if not self._missing:
            self._all.set()
        await self._all.wait()


@asynccontextmanager
async def opened(port: int, path: str, body: dict[str, Any]) -> AsyncIterator[asyncio.StreamReader]:
    """The answer's body. HTTP/1.0: it comes as it is and ends with the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    content = json.dumps(body).encode()
    head = (
        f"POST /v2/{path} HTTP/1.0\r\nHost: a\r\nAuthorization: Bearer mock-token\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    try:
        writer.write(head.encode() + content)
        status = await reader.readline()
        await reader.readuntil(b"\r\n\r\n")

        assert status.split()[1] == b"200", await reader.read()
        yield reader
    finally:
        writer.close()
        await writer.wait_closed()


async def call(port: int, path: str, **body: Any) -> dict[str, Any]:
    async with opened(port, path, body) as reader:
        answer: dict[str, Any] = json.loads(await reader.read())
        return answer


async def talk(port: int, assistant_id: str, number: int, all_wait: Gathering) -> None:
    """One client: a stream that stops for a tool, until everybody's has."""
    text, output = f"第 {number} 个问题", f"第 {number} 个结果"
    body = {
        "assistant_id": assistant_id,
        "thread": {"messages": [{"role": "user", "content": text}]},
        "stream": True,
    }
    received: list[dict[str, Any]] = []
    async with opened(port, "threads/runs", body) as stream:
        async for line in stream:
            if not line.startswith(b'data: {"'):
                continue
            event = json.loads(line.removeprefix(b"data: "))
            received.append(event)
            if event.get("event_type") == "tool_calls":
                await all_wait.come()
                run = received[0]["details"]["run_object"]
                [waiting] = event["details"]["tool_calls"]
                answered = await call(
                    port,
                    "threads/runs/submit_tool_outputs",
                    thread_id=run["thread_id"],
                    run_id=run["id"],
                    tool_outputs=[{"tool_call_id": waiting["id"], "output": output}],
                )
                assert answered["id"] == run["id"]

    kinds = [event.get("event_type", "message") for event in received]
    pieces = [event for event in received if "message_id" in event]
    assert kinds[:6] == [
        "run_begin",
        "tool_step_begin",
        "tool_calls",
        "tool_submitted_output",
        "tool_step_end",
        "tool_step_begin",
    ]
    assert kinds[6:] == ["message_creation", *["message"] * len(pieces), "tool_step_end", "run_end"]
    assert [event["send_id"] for event in received] == list(range(1, len(received) + 1))
    assert [piece["message_index"] for piece in pieces] == [str(at) for at in range(len(pieces))]
    assert "".join(piece["content"][0]["text"]["value"] for piece in pieces) == (
        f'你说:「{text}」 You said: "{text}"\n工具 get_weather 的结果 Tool result: {output}'
    )
    for event in received:
        details = event.get("details", {})
        for shown in (details.get("run_object"), details.get("run_step_object")):
            assert shown is None or shown["thread_id"] == run["thread_id"]


async def everybody(port: int) -> None:
    assistant = await call(port, "assistants", name="a", tools=[WEATHER])
    all_wait = Gathering()
    talks = (talk(port, assistant["id"], number, all_wait) for number in range(CLIENTS))
    await asyncio.wait_for(asyncio.gather(*talks), PATIENCE)


def test_two_hundred_clients() -> None:
    """All their streams are open at once; none loses an event or gets another's."""
    with serving() as server:
        asyncio.run(everybody(int(server.url.rpartition(":")[2])))

        assert server.stop() == (0, "", "")
