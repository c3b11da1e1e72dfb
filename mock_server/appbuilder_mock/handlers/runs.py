"""Runs of a thread."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from appbuilder_mock.handlers.listing import listing
from appbuilder_mock.resources.conversation import find_thread
from appbuilder_mock.runs.event_stream import EventStream
from appbuilder_mock.state import MockState
from appbuilder_mock.storage.store import Document
from appbuilder_mock.wire_format import serializers


async def create(state: MockState, body: dict[str, Any]) -> Document | Response:
    """Begin a run, or continue one that waits for the given `tool_output`."""
    runs = state.runs
    run = (
        runs.resume(body)
        if body.get("tool_output")
        else runs.begin(body, state.rule, seed=state.player.draw())
    )
    if body.get("stream"):
        # It subscribes before the work begins, so that it has the first event.
        stream = EventStream(runs, run, ping_interval=state.ping_interval, wire=state.wire)
        runs.schedule(run)
        return stream
    runs.schedule(run)
    return serializers.run_result(await runs.settled(run))


async def submit_tool_outputs(state: MockState, body: dict[str, Any]) -> Document:
    """With a stream open the run continues there, and this responds at once; else with the end.

    Whether the real service does the same is unknown.
    """
    run = state.runs.submit(body)
    is_streamed = state.runs.event_bus.has_subscribers(run["id"])
    state.runs.schedule(run)
    return serializers.run_result(run if is_streamed else await state.runs.settled(run))


async def cancel(state: MockState, body: dict[str, Any]) -> Document:
    run = state.runs.cancel(body["thread_id"], body["run_id"])
    if body.get("sync"):
        run = await state.runs.settled(run)
    return serializers.run_read(run)


async def query(state: MockState, body: dict[str, Any]) -> Document:
    return serializers.run_read(state.runs.find(body["thread_id"], body["run_id"]))


async def list_(state: MockState, body: dict[str, Any]) -> Document:
    thread = find_thread(state.store, body["thread_id"])

    def serialize(run: Document) -> Document:
        # Through find, so that a run that has waited too long shows as expired.
        return serializers.run_read(state.runs.find(thread["id"], run["id"]))

    return await listing(state, "run", thread["id"], body, serialize)
