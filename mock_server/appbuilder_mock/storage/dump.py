"""The dump of all that is stored, for people: in `/_mock/state` and messages of failing tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from appbuilder_mock.storage.store import Document, Store

MOST_CHARACTERS = 2_000_000  # of documents; more would hold the event loop for seconds
OVERHEAD = 200  # characters that a document counts more than its own
AT_ONCE = 100  # documents read from the store at a time

TIME_ENDINGS = ("_at", "_since")


def dump(store: Store) -> Document:
    """Assistants, threads with their messages, runs and steps, and files, oldest first.

    Empty fields are omitted and times are written as dates. Of very much only the newest documents
    are shown, with the numbers of those omitted.
    """
    return _Dump(store).everything()


class _Dump:
    """One dump, and how many characters it may still hold."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._remaining = MOST_CHARACTERS

    def everything(self) -> Document:
        # The threads last: they are the largest, and the first to be cut short.
        assistants, files = self._newest("assistant", ""), self._newest("file", "")
        return {**assistants, **self._newest("thread", ""), **files}

    def _newest(self, kind: str, parent: str, *without: str) -> Document:
        """The newest documents of a kind, by its plural; with the number of others, if any."""
        shown: list[Document] = []
        for document in self._newest_first(kind, parent):
            if self._remaining <= 0:
                break
            self._remaining -= OVERHEAD + len(json.dumps(document, ensure_ascii=False))
            pruned = prune_empty(document, *without)
            # Documents inside another one do not name their surroundings again.
            if kind == "thread":
                pruned |= self._newest("message", document["id"], "thread_id")
                pruned |= self._newest("run", document["id"], "thread_id")
            elif kind == "run":
                own = ("thread_id", "run_id", "assistant_id")
                pruned |= self._newest("step", document["id"], *own)
            shown.append(pruned)
        found: Document = {f"{kind}s": shown[::-1]}
        if omitted := self._store.count(kind, parent) - len(shown):
            found[f"older_{kind}s_left_out"] = omitted
        return found

    def _newest_first(self, kind: str, parent: str) -> Iterator[Document]:
        last_id, more = "", True
        while more:
            page = self._store.page(kind, parent, limit=AT_ONCE, newest_first=True, after=last_id)
            yield from page.data
            more, last_id = page.has_more, page.data[-1]["id"] if page.data else ""


def prune_empty(document: Document, *without: str) -> Document:
    """A stored document without empty fields, with times as dates."""
    return {
        key: _date(value) if key.endswith(TIME_ENDINGS) else value
        for key, value in document.items()
        if value not in (None, "", 0, [], {}) and key not in without
    }


def _date(milliseconds: Any) -> Any:
    if not isinstance(milliseconds, int):
        return milliseconds
    moment = datetime.fromtimestamp(milliseconds / 1000, timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
