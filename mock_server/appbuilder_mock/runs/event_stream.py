"""The response that streams a run's events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from appbuilder_mock.resources.records import waiting_calls
from appbuilder_mock.runs.engine import Runs
from appbuilder_mock.runs.scripted_model import SCRIPT
from appbuilder_mock.runs.stream_edits import StreamEdits
from appbuilder_mock.storage.store import Document
from appbuilder_mock.wire_format.events import PING, Event, calls_event, run_event
from appbuilder_mock.wire_format.june_2024 import Wire


class EventStream(StreamingResponse):
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
        super().__init__(self._events(), headers={"Cache-Control": "no-cache"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._runs.event_bus.unsubscribe(self._run["id"], self._events_to_send)

    async def _events(self) -> AsyncIterator[bytes]:
        send_id = 0
        while True:
            event = await self._next()
            if event is PING:
                yield PING
            elif isinstance(event, Event):
                for edited in self._edits.applied(event) if self._edits else (event,):
                    send_id += 1
                    yield edited.encode(send_id, self._wire)
            if event is None or (isinstance(event, Event) and event.last):
                return

    async def _next(self) -> Event | bytes | None:
        """The next event, a ping when none comes in time, or None when the stream is to end."""
        queue = self._events_to_send
        if queue.empty():
            try:
                return await asyncio.wait_for(queue.get(), self._ping_interval)
            except asyncio.TimeoutError:
                # Looking at the run lets it expire, which is an event.
                if queue.empty():
                    self._runs.find(self._run["thread_id"], self._run["id"])
        return PING if queue.empty() else queue.get_nowait()
