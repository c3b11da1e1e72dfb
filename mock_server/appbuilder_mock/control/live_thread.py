"""One thread as a person reads it: messages and runs in the order of the conversation."""

from __future__ import annotations

from typing import Any

from appbuilder_mock.errors import MockApiError
from appbuilder_mock.resources.records import waiting_calls
from appbuilder_mock.state import MockState
from appbuilder_mock.storage.store import Document

ITEMS = 100  # the newest messages and runs of a thread
STEPS = 50
LONGEST_TEXT = 20_000  # characters
ENDS = ("completed_at", "failed_at", "cancelled_at", "expired_at")


def detail(state: MockState, thread_id: str) -> Document | None:
    """The newest items of a thread, oldest first; None when there is no such thread."""
    thread = state.store.find("thread", "", thread_id)
    if thread is None:
        return None
    found = state.store.latest_within(thread_id, ITEMS + 1)
    items = [SHOWN[kind](state, thread_id, id_) for kind, id_ in reversed(found[:ITEMS])]
    return {
        "id": thread_id,
        "created_at": thread["created_at"],
        "metadata": thread["metadata"],
        "items": [item for item in items if item is not None],
        "more": len(found) > ITEMS,
    }


def cut(text: Any, longest: int = LONGEST_TEXT) -> str:
    text = str(text)
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text)})"


def _message(state: MockState, thread_id: str, id_: str) -> Document | None:
    message = state.store.find("message", thread_id, id_)
    return message and {
        "kind": "message",
        "id": id_,
        "role": message["role"],
        "text": cut(message["text"]),
        "files": message["file_ids"],
        "run_id": message["run_id"],
        "time": message["created_at"],
    }


def _run(state: MockState, thread_id: str, id_: str) -> Document | None:
    try:
        run = state.runs.find(thread_id, id_)
    except MockApiError:
        return None
    assistant = state.store.find("assistant", "", run["assistant_id"])
    waits = waiting_calls(run) if run["status"] == "requires_action" else []
    steps = state.store.page("step", id_, limit=STEPS, newest_first=True).data
    return {
        "kind": "run",
        "id": id_,
        "status": run["status"],
        "assistant": assistant["name"] if assistant else run["assistant_id"],
        "assistant_id": run["assistant_id"],
        "model": run["model"],
        "instructions": cut(run["instructions"]),
        "tools": [_tool(tool["function"]) for tool in run["tools"] or []],
        "error": _error(run),
        "time": run["created_at"],
        "ended": _ended(run),
        "waits": [{key: cut(call[key]) for key in ("id", "name", "arguments")} for call in waits],
        "saying": cut("".join(state.runs.partial_answers.get(id_, ()))),
        "steps": [_step(step) for step in reversed(steps)],
    }


SHOWN = {"message": _message, "run": _run}


def _tool(function: Document) -> Document:
    return {
        "name": function["name"],
        "description": cut(function.get("description") or ""),
        "parameters": function.get("parameters"),
    }


def _step(step: Document) -> Document:
    return {
        "id": step["id"],
        "type": step["type"],
        "status": step["status"],
        "error": _error(step),
        "time": step["created_at"],
        "ended": _ended(step),
        "calls": [
            {key: cut(call[key]) for key in ("name", "arguments", "output") if key in call}
            for call in step.get("calls") or []
        ],
    }


def _error(document: Document) -> str:
    error = document["last_error"]
    return cut(f"{error['type']}: {error['message']}") if error else ""


def _ended(document: Document) -> int | None:
    """Milliseconds since the epoch, None before the end."""
    return max((document[name] for name in ENDS if document[name]), default=None)
