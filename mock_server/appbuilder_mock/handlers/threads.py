"""Threads."""

from __future__ import annotations

from typing import Any

from appbuilder_mock.resources.conversation import delete_thread, find_thread, new_thread
from appbuilder_mock.state import MockState
from appbuilder_mock.storage.store import Document
from appbuilder_mock.wire_format import serializers as views


async def create(state: MockState, body: dict[str, Any]) -> Document:
    with state.store.transaction():
        return views.thread(new_thread(state.store, body))


async def query(state: MockState, body: dict[str, Any]) -> Document:
    return views.thread(find_thread(state.store, body["thread_id"]))


async def update(state: MockState, body: dict[str, Any]) -> Document:
    """Replace the metadata; null is as good as left out, and perhaps what is empty."""
    thread = find_thread(state.store, body["thread_id"])
    empties = state.readings.empty_thread_metadata == "emptied"
    if body.get("metadata") or (empties and body.get("metadata") is not None):
        thread["metadata"] = body["metadata"]
        state.store.save("thread", "", thread)
    return views.thread(thread)


async def delete(state: MockState, body: dict[str, Any]) -> Document:
    thread = find_thread(state.store, body["thread_id"])
    state.runs.stop(thread["id"])
    with state.store.transaction():
        delete_thread(state.store, thread["id"])
    return views.deleted("thread", thread["id"])
