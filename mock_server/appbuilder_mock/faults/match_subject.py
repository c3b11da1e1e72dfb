"""The subject of a call, by which rules match: an assistant's name, a user's text."""

from __future__ import annotations

from typing import Any, NamedTuple

from appbuilder_mock.storage.store import Document, Store

MESSAGE_OPERATIONS = ("createMessage", "updateMessage")  # their own text counts


class Subject(NamedTuple):
    """None where a call has no single assistant or text, or names a missing object."""

    assistant_name: str | None = None
    text: str | None = None
    resumes: bool = False  # it continues a run that waits


def subject_of(operation_id: str, body: dict[str, Any], store: Store) -> Subject:
    """The subject of a call with a valid body."""
    if operation_id == "createAssistant":
        return Subject(body["name"])
    if operation_id in MESSAGE_OPERATIONS:
        return Subject(text=body.get("content"))
    thread_id = body.get("thread_id") or ""
    output = body.get("tool_output") or {}
    if run := store.find("run", thread_id, body.get("run_id") or output.get("run_id") or ""):
        return Subject(_name(store, run["assistant_id"]), _asked(store, run), bool(output))
    return Subject(
        _name(store, body.get("assistant_id") or ""),
        _newest_text(store, thread_id, body) if operation_id == "createRun" else None,
        bool(output),
    )


def _name(store: Store, assistant_id: str) -> str | None:
    assistant = store.find("assistant", "", assistant_id)
    return assistant["name"] if assistant else None


def _asked(store: Store, run: Document) -> str | None:
    """The text that a run answers."""
    message = store.find("message", run["thread_id"], run["asked"])
    return message["text"] if message else None


def _newest_text(store: Store, thread_id: str, body: dict[str, Any]) -> str | None:
    """The text that a new run would answer."""
    messages = (body.get("thread") or {}).get("messages")
    if messages:
        return str(messages[-1]["content"])
    newest = store.newest("message", thread_id) if thread_id else None
    return newest["text"] if newest else None
