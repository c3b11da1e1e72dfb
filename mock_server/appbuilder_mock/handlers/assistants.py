"""Assistants, and the files mounted on them."""

from __future__ import annotations

from typing import Any

from appbuilder_mock.errors import invalid, not_found
from appbuilder_mock.handlers.listing import listing
from appbuilder_mock.resources.conversation import (
    change_assistant,
    delete_assistant,
    find_assistant,
    new_assistant,
)
from appbuilder_mock.resources.files import find_file, mount_file
from appbuilder_mock.state import MockState
from appbuilder_mock.storage.store import Document
from appbuilder_mock.wire_format import serializers


async def create(state: MockState, body: dict[str, Any]) -> Document:
    for name in state.readings.assistant_needs.split("-and-"):
        if name in ("name", "model") and not body.get(name):
            raise invalid(f"{name}: expected a value, got nothing", param=name)
    return serializers.assistant(new_assistant(state.store, body))


async def update(state: MockState, body: dict[str, Any]) -> Document:
    assistant = find_assistant(state.store, body["assistant_id"])
    empties = state.readings.empty_fields == "emptied"
    change_assistant(state.store, assistant, body, empties=empties)
    return serializers.assistant_updated(assistant)


async def list_(state: MockState, body: dict[str, Any]) -> Document:
    return await listing(state, "assistant", "", body, serializers.assistant)


async def query(state: MockState, body: dict[str, Any]) -> Document:
    return serializers.assistant(find_assistant(state.store, body["assistant_id"]))


async def delete(state: MockState, body: dict[str, Any]) -> Document:
    assistant = find_assistant(state.store, body["assistant_id"])
    with state.store.transaction():
        delete_assistant(state.store, assistant["id"])
    return serializers.deleted("assistant", assistant["id"])


async def mount(state: MockState, body: dict[str, Any]) -> Document:
    assistant = find_assistant(state.store, body["assistant_id"])
    file = find_file(state.store, body["file_id"])
    return serializers.mounted_file(mount_file(state.store, assistant["id"], file["id"]))


async def list_mounted(state: MockState, body: dict[str, Any]) -> Document:
    assistant = find_assistant(state.store, body["assistant_id"])
    return await listing(state, "assistant_file", assistant["id"], body, serializers.mounted_file)


async def unmount(state: MockState, body: dict[str, Any]) -> Document:
    assistant = find_assistant(state.store, body["assistant_id"])
    file_id = body["file_id"]
    if state.store.find("assistant_file", assistant["id"], file_id) is None:
        raise not_found("file", file_id, within=f"the files mounted on {assistant['id']!r}")
    state.store.remove("assistant_file", assistant["id"], file_id)
    return serializers.deleted("assistant.file", file_id)
