"""The response that streams a run's events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from appbuilder_mock.resources.records import waiting_calls
from appbuilder_mock.runs.engine import Runs
from appbuilder_mock.runs.scripted_model import SCRIPT
from appbuilder_mock.runs.stream_edits import StreamEdits
from appbuilder_mock.storage.store import Document
from appbuilder_mock.wire_format.events import PING, Event, calls_event, run_event
from appbuilder_mock.wire_format.june_2024 import Wire


class EventStream(Response):
    """Sends a run's events as they come, and a ping after each `ping_interval` silent seconds.

    It subscribes to the run when it is made. A client that goes away ends the stream and not
    the run.
    """

    media_type = "text/event-stream"

    def __init__(self, runs: Runs, run: Document, *, ping_interval: float, wire: Wire) -> None:
        self._wire = wire
        self._runs = runs
        self._run = run
        self._ping_interval = ping_interval
        self._events_to_send = runs.event_bus.subscribe(run["id"])
        # The edits of a scenario are about a run's own stream, not about one that continues it.
        edits = run.get(SCRIPT, {}).get("events") if run["status"] == "queued" else None
        self._edits = StreamEdits(edits, run) if edits else None
        if run["status"] != "queued":
            # Of a run that is continued, this stream has missed the beginning.
            self._events_to_send.put_nowait(run_event("run_begin", run))
        if run["status"] == "requires_action":
            calls = calls_event("tool_calls", run["status"], waiting_calls(run))
            self._events_to_send.put_nowait(calls)
        super().__init__(headers={"Cache-Control": "no-cache"})
        del self.headers["content-length"]  # of the body that it has not yet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        watch = asyncio.create_task(self._end_on_disconnect(receive))
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        try:
            await send(start)
            async for body in self._events():
                await send({"type": "http.response.body", "body": body, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            watch.cancel()
            self._runs.event_bus.unsubscribe(self._run["id"], self._events_to_send)

    async def _end_on_disconnect(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._events_to_send.put_nowait(None)

    async def _events(self) -> AsyncIterator[bytes]:
        send_id = 0
        while (event := await self._next()) is not None:
            if not isinstance(event, Event):
                yield event
                continue
            for edited in self._edits.applied(event) if self._edits else (event,):
                send_id += 1
                yield edited.encode(send_id, self._wire)
            if event.last:
                return

    def _ping_if_silent(self) -> None:
        if self._events_to_send.empty():
            self._events_to_send.put_nowait(PING)

    async def _next(self) -> Event | bytes | None:
        """The next event, a ping when none comes in time, or None when the stream is to end."""
        queue = self._events_to_send
        if not queue.empty():
            return queue.get_nowait()
        loop = asyncio.get_running_loop()
        ping = loop.call_later(self._ping_interval, self._ping_if_silent)
        try:
            event = await queue.get()
        finally:
            ping.cancel()
        if event is PING:
            if queue.empty():
                # Looking at the run lets it expire, which is an event.
                self._runs.find(self._run["thread_id"], self._run["id"])
            if not queue.empty():
                return queue.get_nowait()
        return event
