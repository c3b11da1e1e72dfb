"""Threads."""

from __future__ import annotations

from typing import Any

from appbuilder_mock.resources.conversation import delete_thread, find_thread, new_thread
from appbuilder_mock.state import MockState
from appbuilder_mock.storage.store import Document
from appbuilder_mock.wire_format import serializers


async def create(state: MockState, body: dict[str, Any]) -> Document:
    with state.store.transaction():
        return serializers.thread(new_thread(state.store, body))


async def query(state: MockState, body: dict[str, Any]) -> Document:
    return serializers.thread(find_thread(state.store, body["thread_id"]))


async def update(state: MockState, body: dict[str, Any]) -> Document:
    """Replace the metadata; null counts as omitted, and so may an empty object."""
    thread = find_thread(state.store, body["thread_id"])
    empties = state.readings.empty_thread_metadata == "emptied"
    if body.get("metadata") or (empties and body.get("metadata") is not None):
        thread["metadata"] = body["metadata"]
        state.store.save("thread", "", thread)
    return serializers.thread(thread)


async def delete(state: MockState, body: dict[str, Any]) -> Document:
    thread = find_thread(state.store, body["thread_id"])
    state.runs.stop(thread["id"])
    with state.store.transaction():
        delete_thread(state.store, thread["id"])
    return serializers.deleted("thread", thread["id"])
