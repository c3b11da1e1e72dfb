"""The data of the page at `/`: threads, the last requests, one thread in full; texts cut short."""

from __future__ import annotations

import secrets
from typing import Any

from appbuilder_mock.control.live_thread import cut, detail
from appbuilder_mock.errors import MockApiError
from appbuilder_mock.state import MockState
from appbuilder_mock.storage.store import Document

THREADS = 30  # where the page asks for no other number
MOST_THREADS = 1000
ASSISTANTS = 50
REQUESTS = 50
MOST_REQUESTS = 1000
LONGEST_TITLE = 120  # characters

STARTED = secrets.token_hex(4)  # a page that outlived a restart must not take an old tag for new


def etag(state: MockState) -> str:
    """A tag that differs after every change; it is made without reading the store."""
    counts = (
        state.store.changes,
        state.history.changes,
        state.player.changes,
        state.runs.pieces_published,
    )
    return f'"{STARTED}-{"-".join(map(str, counts))}"'


def live(
    state: MockState,
    *,
    threads: int = THREADS,
    requests: int = REQUESTS,
    text: str = "",
    thread_id: str = "",
) -> Document:
    """The threads used last, of those in which `text` occurs, and one of them in full.

    A thread that is gone, or never was, is None.
    """
    ids = state.store.recent_threads(min(threads, MOST_THREADS) + 1, text)
    newest = state.store.page("assistant", "", limit=ASSISTANTS, newest_first=True)
    shown = {
        "threads": [_summary(state, id_) for id_ in ids[: min(threads, MOST_THREADS)]],
        "more_threads": len(ids) > threads,
        "assistants": [_assistant(one) for one in newest.data],
        "requests": [one.summary() for one in state.history.newest(min(requests, MOST_REQUESTS))],
        "received": state.history.total,
        "rules": state.player.rules,
        "thread": detail(state, thread_id) if thread_id else None,
    }
    masked: Document = state.history.redactor.value(shown)
    return masked


def _assistant(assistant: Document) -> Document:
    return {"id": assistant["id"], "name": assistant["name"]}


def _summary(state: MockState, thread_id: str) -> Document:
    """A thread by its first message and the state of its newest run."""
    store = state.store
    thread = store.find("thread", "", thread_id) or {"created_at": 0}
    first = store.page("message", thread_id, limit=1, newest_first=False).data
    newest: Any = store.newest("run", thread_id)
    if newest is not None:
        try:
            newest = state.runs.find(thread_id, newest["id"])  # it may have expired
        except MockApiError:
            newest = None
    return {
        "id": thread_id,
        "created_at": thread["created_at"],
        "title": cut(first[0]["text"], LONGEST_TITLE) if first else "",
        "messages": store.count("message", thread_id),
        "runs": store.count("run", thread_id),
        "status": newest["status"] if newest else None,
    }
