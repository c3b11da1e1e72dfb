"""Messages of a thread."""

from __future__ import annotations

from functools import partial
from typing import Any

from appbuilder_mock.handlers.listing import listing
from appbuilder_mock.resources.conversation import (
    change_message,
    find_message,
    find_thread,
    new_message,
)
from appbuilder_mock.state import MockState
from appbuilder_mock.storage.store import Document
from appbuilder_mock.wire_format import serializers


async def create(state: MockState, body: dict[str, Any]) -> Document:
    thread = find_thread(state.store, body["thread_id"])
    with state.store.transaction():
        return _shown(state, new_message(state.store, thread["id"], body))


async def update(state: MockState, body: dict[str, Any]) -> Document:
    message = find_message(state.store, body["thread_id"], body["message_id"])
    with state.store.transaction():
        empties = state.readings.empty_fields == "emptied"
        change_message(state.store, message, body, empties=empties)
    return _shown(state, message)


async def list_(state: MockState, body: dict[str, Any]) -> Document:
    thread = find_thread(state.store, body["thread_id"])
    return await listing(state, "message", thread["id"], body, partial(_shown, state))


async def query(state: MockState, body: dict[str, Any]) -> Document:
    return _shown(state, find_message(state.store, body["thread_id"], body["message_id"]))


async def list_files(state: MockState, body: dict[str, Any]) -> Document:
    message = find_message(state.store, body["thread_id"], body["message_id"])
    return await listing(state, "message_file", message["id"], body, serializers.message_file)


def _shown(state: MockState, message: Document) -> Document:
    """A message by the readings of this server."""
    shown = serializers.message(message)
    if state.readings.message_metadata == "shown":
        shown["metadata"] = message.get("metadata", {})
    if state.readings.user_messages == "of-assistant" and message["role"] == "user":
        shown["assistant_id"] = message.get("thread_assistant", "")
        for part in shown["content"]:
            del part["text"]["annotations"]
    return shown
