"""Assistants, threads and messages, which runs work with."""

from __future__ import annotations

from typing import Any

from appbuilder_mock.errors import not_found
from appbuilder_mock.storage.clock import now
from appbuilder_mock.storage.store import Document, Store


def find_assistant(store: Store, assistant_id: str) -> Document:
    assistant = store.find("assistant", "", assistant_id)
    if assistant is None:
        raise not_found("assistant", assistant_id)
    return assistant


def find_thread(store: Store, thread_id: str) -> Document:
    thread = store.find("thread", "", thread_id)
    if thread is None:
        raise not_found("thread", thread_id)
    return thread


def find_message(store: Store, thread_id: str, message_id: str) -> Document:
    find_thread(store, thread_id)
    message = store.find("message", thread_id, message_id)
    if message is None:
        raise not_found("message", message_id, within=f"thread {thread_id!r}")
    return message


def new_assistant(store: Store, body: dict[str, Any], *, id_: str | None = None) -> Document:
    """Store an assistant; omitted fields are empty."""
    assistant = {
        "id": id_ or store.new_id("asst_"),
        "name": body.get("name") or "",
        "model": body.get("model") or "",
        "description": body.get("description") or "",
        "instructions": body.get("instructions") or "",
        "thought_instructions": body.get("thought_instructions") or "",
        "chat_instructions": body.get("chat_instructions") or "",
        "response_format": body.get("response_format") or "text",
        "tools": body.get("tools") or [],
        "file_ids": body.get("file_ids") or [],
        "metadata": body.get("metadata") or {},
        "created_at": now(),
    }
    store.add("assistant", "", assistant)
    return assistant


# The fields of an assistant that an update may change.
CHANGEABLE = (
    "name",
    "model",
    "description",
    "instructions",
    "thought_instructions",
    "chat_instructions",
    "response_format",
    "tools",
    "file_ids",
    "metadata",
)


def change_assistant(
    store: Store, assistant: Document, body: dict[str, Any], *, empties: bool
) -> None:
    """Change the given fields; null counts as omitted, and so does empty metadata.

    `empties`: empty lists and texts empty the field, not only `instructions`.
    """
    for key in CHANGEABLE:
        value = body.get(key)
        if value or (value is not None and (key == "instructions" or empties) and value != {}):
            assistant[key] = value
    store.save("assistant", "", assistant)


def delete_assistant(store: Store, assistant_id: str) -> None:
    """Remove it and its mounts. Its runs have copies of its settings and continue."""
    store.remove_under("assistant_file", assistant_id)
    store.remove("assistant", "", assistant_id)


def new_thread(store: Store, body: dict[str, Any], *, id_: str | None = None) -> Document:
    """Store a thread and its first messages."""
    thread: Document = {
        "id": id_ or store.new_id("thread_"),
        "metadata": body.get("metadata") or {},
        "created_at": now(),
    }
    store.add("thread", "", thread)
    for message in body.get("messages") or []:
        new_message(store, thread["id"], message)
    return thread


def delete_thread(store: Store, thread_id: str) -> None:
    """Remove it with all that is in it; no run of it may be under way."""
    for message in store.under("message", thread_id):
        store.remove_under("message_file", message["id"])
    for run in store.under("run", thread_id):
        store.remove_under("step", run["id"])
    store.remove_under("message", thread_id)
    store.remove_under("run", thread_id)
    store.remove("thread", "", thread_id)


def new_message(
    store: Store, thread_id: str, body: dict[str, Any], *, id_: str | None = None
) -> Document:
    """Append a message of the caller's to a thread."""
    newest = store.newest("run", thread_id)
    message = {
        "id": id_ or store.new_id("msg_"),
        "thread_id": thread_id,
        "role": body["role"],
        "text": body["content"],
        "file_ids": body.get("file_ids") or [],
        "assistant_id": "",
        "run_id": "",
        "created_at": now(),
        # From here on, fields that only some readings of the API show.
        "metadata": body.get("metadata") or {},
        "thread_assistant": newest["assistant_id"] if newest else "",
    }
    store.add("message", thread_id, message)
    _list_files(store, message)
    return message


def change_message(store: Store, message: Document, body: dict[str, Any], *, empties: bool) -> None:
    """Change the given fields; null counts as omitted, and so do empty values unless `empties`."""

    def is_meant(value: object) -> bool:
        return value is not None if empties else bool(value)

    if is_meant(body.get("content")):
        message["text"] = body["content"]
    if is_meant(body.get("file_ids")):
        message["file_ids"] = body["file_ids"]
        store.remove_under("message_file", message["id"])
        _list_files(store, message)
    store.save("message", message["thread_id"], message)


def _list_files(store: Store, message: Document) -> None:
    """Keep a message's files so that they can be paged; one that is named twice is one file."""
    for file_id in dict.fromkeys(message["file_ids"]):
        document = {"id": file_id, "message_id": message["id"], "created_at": now()}
        store.add("message_file", message["id"], document)


def new_answer(store: Store, run: Document, message_id: str, text: str) -> Document:
    """Append the assistant's answer to the run's thread."""
    message = {
        "id": message_id,
        "thread_id": run["thread_id"],
        "role": "assistant",
        "text": text,
        "file_ids": [],
        "assistant_id": run["assistant_id"],
        "run_id": run["id"],
        "created_at": now(),
    }
    store.add("message", run["thread_id"], message)
    return message
