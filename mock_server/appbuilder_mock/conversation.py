"""Assistants, threads and messages: what a run works with."""

from __future__ import annotations

import time
from typing import Any

from appbuilder_mock.errors import not_found
from appbuilder_mock.store import Document, Store


def now() -> int:
    """Milliseconds since the epoch, as the API counts."""
    return time.time_ns() // 1_000_000


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


def new_assistant(store: Store, body: dict[str, Any], *, id_: str | None = None) -> Document:
    """Keep an assistant; what the caller left out reads as empty."""
    assistant = {
        "id": id_ or store.new_id("asst_"),
        "name": body["name"],
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


def new_thread(store: Store, body: dict[str, Any], *, id_: str | None = None) -> Document:
    """Keep a thread and its first messages."""
    thread: Document = {
        "id": id_ or store.new_id("thread_"),
        "metadata": body.get("metadata") or {},
        "created_at": now(),
    }
    store.add("thread", "", thread)
    for message in body.get("messages") or []:
        new_message(store, thread["id"], message)
    return thread


def new_message(store: Store, thread_id: str, body: dict[str, Any]) -> Document:
    """Append a message of the caller's to a thread."""
    message = {
        "id": store.new_id("msg_"),
        "thread_id": thread_id,
        "role": body["role"],
        "text": body["content"],
        "file_ids": body.get("file_ids") or [],
        "assistant_id": "",
        "run_id": "",
        "created_at": now(),
    }
    store.add("message", thread_id, message)
    return message


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
