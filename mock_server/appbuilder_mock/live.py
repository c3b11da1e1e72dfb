"""What the page at `/` shows: the threads in use, and the last requests. Small, and cut short."""

from __future__ import annotations

import secrets
from typing import Any

from appbuilder_mock.errors import MockApiError
from appbuilder_mock.records import waiting_calls
from appbuilder_mock.state import MockState
from appbuilder_mock.store import Document

LOOKED_AT = 2000  # of the newest objects; an older thread is shown again when it is used
THREADS = 15
ITEMS = 20  # messages and runs of one thread
REQUESTS = 50
LONGEST_TEXT = 4000  # characters

STARTED = secrets.token_hex(4)  # a page that outlived a restart must not take an old tag for new
ENDS = ("completed_at", "failed_at", "cancelled_at", "expired_at")


def etag(state: MockState) -> str:
    """Another one whenever anything changed; costs nothing to make."""
    counts = (state.store.changes, state.received.changes, state.script.changes)
    return f'"{STARTED}-{"-".join(map(str, counts))}"'


def live(state: MockState) -> Document:
    """Threads by creation and requests by arrival, newest first.

    The threads are those that something was added to last; a thread's messages and runs are told
    together, newest first.
    """
    items: dict[str, list[tuple[str, str]]] = {}
    for kind, parent, id_ in state.store.latest(LOOKED_AT):
        if kind == "thread":
            items.setdefault(id_, [])
        elif kind in SHOWN:
            items.setdefault(parent, []).append((kind, id_))
    found = [(state.store.find("thread", "", id_), of) for id_, of in list(items.items())[:THREADS]]
    threads = sorted(
        ((thread, of) for thread, of in found if thread is not None),
        key=lambda pair: int(pair[0]["created_at"]),
        reverse=True,
    )
    shown = {
        "threads": [_thread(state, thread, of) for thread, of in threads],
        "requests": [entry.summary() for entry in state.received.newest(REQUESTS)],
        "received": state.received.total,
        "rules": len(state.script.rehearsal.scenario.rules) if state.script.rehearsal else None,
    }
    masked: Document = state.received.mask.value(shown)
    return masked


def _thread(state: MockState, thread: Document, items: list[tuple[str, str]]) -> Document:
    return {
        "id": thread["id"],
        "created_at": thread["created_at"],
        "items": [
            item for kind, id_ in items[:ITEMS] if (item := SHOWN[kind](state, thread["id"], id_))
        ],
        "more": len(items) > ITEMS,
    }


def _message(state: MockState, thread_id: str, id_: str) -> Document | None:
    message = state.store.find("message", thread_id, id_)
    return message and {
        "kind": "message",
        "id": id_,
        "role": message["role"],
        "text": _cut(message["text"]),
        "files": message["file_ids"],
        "time": message["created_at"],
    }


def _run(state: MockState, thread_id: str, id_: str) -> Document | None:
    try:
        run = state.runs.find(thread_id, id_)
    except MockApiError:
        return None
    assistant = state.store.find("assistant", "", run["assistant_id"])
    waits = run["status"] == "requires_action"
    steps = state.store.page("step", id_, limit=ITEMS, newest_first=True).data
    return {
        "kind": "run",
        "id": id_,
        "status": run["status"],
        "assistant": assistant["name"] if assistant else run["assistant_id"],
        "error": _error(run),
        "time": run["created_at"],
        "took": _took(run),
        "waits": [call["name"] for call in waiting_calls(run)] if waits else [],
        "steps": [_step(step) for step in reversed(steps)],
    }


SHOWN = {"message": _message, "run": _run}


def _step(step: Document) -> Document:
    return {
        "id": step["id"],
        "type": step["type"],
        "status": step["status"],
        "error": _error(step),
        "calls": [
            {key: _cut(call[key]) for key in ("name", "arguments", "output") if key in call}
            for call in step.get("calls") or []
        ],
    }


def _error(document: Document) -> str:
    error = document["last_error"]
    return _cut(f"{error['type']}: {error['message']}") if error else ""


def _took(run: Document) -> int | None:
    """Milliseconds from creation to end, None before the end."""
    ended = [run[name] for name in ENDS if run[name]]
    return int(max(ended) - run["created_at"]) if ended else None


def _cut(text: Any) -> str:
    text = str(text)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}… ({len(text)})"
