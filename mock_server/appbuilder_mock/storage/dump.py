"""The dump of all that is stored, for people: in `/_mock/state` and messages of failing tests."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from appbuilder_mock.storage.store import Document, Store

MOST_THREADS = 200
ALL = 2**31

TIME_ENDINGS = ("_at", "_since")


def dump(store: Store) -> Document:
    """Assistants, threads with their messages, runs and steps, and files, oldest first.

    Empty fields are omitted and times are written as dates. Of very many threads only the newest
    are shown, with the number of those omitted.
    """
    newest = store.page("thread", "", limit=MOST_THREADS, newest_first=True)
    threads = [_thread(store, thread) for thread in reversed(newest.data)]
    omitted = store.count("thread", "") - len(threads)
    return {
        "assistants": [prune_empty(one) for one in store.every("assistant")],
        **({"older_threads_left_out": omitted} if omitted else {}),
        "threads": threads,
        "files": [prune_empty(one) for one in store.every("file")],
    }


def prune_empty(document: Document, *without: str) -> Document:
    """A stored document without empty fields, with times as dates."""
    return {
        key: _date(value) if key.endswith(TIME_ENDINGS) else value
        for key, value in document.items()
        if value not in (None, "", 0, [], {}) and key not in without
    }


def _thread(store: Store, thread: Document) -> Document:
    """A thread with what is in it; what stands inside does not name its surroundings again."""
    messages, runs = (_within(store, kind, thread["id"]) for kind in ("message", "run"))
    return {
        **prune_empty(thread),
        "messages": [prune_empty(message, "thread_id") for message in messages],
        "runs": [
            {
                **prune_empty(run, "thread_id"),
                "steps": [
                    prune_empty(step, "thread_id", "run_id", "assistant_id")
                    for step in _within(store, "step", run["id"])
                ],
            }
            for run in runs
        ],
    }


def _within(store: Store, kind: str, parent: str) -> list[Document]:
    return store.page(kind, parent, limit=ALL, newest_first=False).data


def _date(milliseconds: Any) -> Any:
    if not isinstance(milliseconds, int):
        return milliseconds
    moment = datetime.fromtimestamp(milliseconds / 1000, timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
