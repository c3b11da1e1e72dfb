"""The store: documents in SQLite."""

from __future__ import annotations

import json
import secrets
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from appbuilder_mock.storage import blobs

Document = dict[str, Any]

APPLICATION_ID = 0x41424D4B  # "ABMK", kept in the file's header so that we know our own files
SCHEMA_VERSION = 2
BUSY_SECONDS = 2.0  # a server that was just stopped may still be closing the file

SCHEMA = (
    """
CREATE TABLE objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order of creation; times may repeat
    kind TEXT NOT NULL,
    parent TEXT NOT NULL,  -- what it belongs to, such as a message's thread, or ''
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (kind, parent, id)
)
""",
    "CREATE INDEX objects_by_age ON objects (kind, parent, seq)",
    *blobs.SCHEMA,
)


class StoreError(Exception):
    """The database file cannot be used; the message says why and what to do."""


class Page(NamedTuple):
    """Documents as JSON, which is read when they are needed."""

    bodies: list[str]
    has_more: bool

    @property
    def data(self) -> list[Document]:
        return [json.loads(body) for body in self.bodies]


class Store:
    """Objects by kind, parent and id, as JSON; the bytes of files are in `blobs`.

    In memory unless `path` is given. A file is in WAL mode and held by one server at a time. Data
    that a method wrote before it returned survives a kill -9 of the process (not a power cut: the
    file is not synced at every write). Not for several threads at once.

    `seed` makes the ids reproducible: the n-th id of a new store is the same each time.
    """

    def __init__(self, path: str | Path | None = None, *, seed: str | None = None) -> None:
        self._seeded = seed is not None
        self._seed = seed if seed is not None else secrets.token_hex(16)
        self._db = _connect(path)
        weakref.finalize(self, self._db.close)  # for a store that is never closed
        self.blobs = blobs.Blobs(self._db)
        # Ids continue behind all that the file ever held, so that a seed never repeats one in it.
        row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'objects'").fetchone()
        self._ids_made: int = row[0] if row else 0

    def close(self) -> None:
        self._db.close()

    @property
    def changes(self) -> int:
        """Grows whenever something is written."""
        return self._db.total_changes

    def clear(self) -> None:
        """Forget everything, and be a new store; with the same seed, if one was given."""
        tables = self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        with self.transaction():
            for (name,) in tables:
                self._db.execute(f"DELETE FROM {name}")
        self._ids_made = 0
        if not self._seeded:
            self._seed = secrets.token_hex(16)  # ids given out before must not come again

    def new_id(self, prefix: str) -> str:
        """The prefix and 32 hexadecimal digits."""
        self._ids_made += 1
        text = f"{self._seed}/{self._ids_made}"
        return prefix + blake2b(text.encode(), digest_size=16).hexdigest()

    def new_file_id(self) -> str:
        """`file-` and 15 digits, as recorded."""
        digits = int(self.new_id(""), 16) % (9 * 10**14) + 10**14
        return f"file-{digits}"

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside are kept, or none. Never await inside: the writer is shared."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def add(self, kind: str, parent: str, document: Document) -> None:
        self._db.execute(
            "INSERT INTO objects (kind, parent, id, body) VALUES (?, ?, ?, ?)",
            (kind, parent, document["id"], _dump(document)),
        )

    def save(self, kind: str, parent: str, document: Document) -> None:
        """Replace a stored document."""
        self._db.execute(
            "UPDATE objects SET body = ? WHERE kind = ? AND parent = ? AND id = ?",
            (_dump(document), kind, parent, document["id"]),
        )

    def remove(self, kind: str, parent: str, id_: str) -> None:
        self._db.execute(
            "DELETE FROM objects WHERE kind = ? AND parent = ? AND id = ?", (kind, parent, id_)
        )

    def remove_under(self, kind: str, parent: str) -> None:
        """Remove all documents of a kind that belong to `parent`."""
        self._db.execute("DELETE FROM objects WHERE kind = ? AND parent = ?", (kind, parent))

    def remove_everywhere(self, kind: str, id_: str) -> None:
        """Remove the documents of a kind with this id, whatever they belong to."""
        self._db.execute("DELETE FROM objects WHERE kind = ? AND id = ?", (kind, id_))

    def find(self, kind: str, parent: str, id_: str) -> Document | None:
        row = self._db.execute(
            "SELECT body FROM objects WHERE kind = ? AND parent = ? AND id = ?", (kind, parent, id_)
        ).fetchone()
        return json.loads(row[0]) if row else None

    def newest(self, kind: str, parent: str) -> Document | None:
        row = self._db.execute(
            "SELECT body FROM objects WHERE kind = ? AND parent = ? ORDER BY seq DESC LIMIT 1",
            (kind, parent),
        ).fetchone()
        return json.loads(row[0]) if row else None

    def count(self, kind: str, parent: str) -> int:
        row = self._db.execute(
            "SELECT count(*) FROM objects WHERE kind = ? AND parent = ?", (kind, parent)
        ).fetchone()
        return int(row[0])

    def every(self, kind: str) -> Iterator[Document]:
        """All documents of a kind, oldest first."""
        rows = self._db.execute("SELECT body FROM objects WHERE kind = ? ORDER BY seq", (kind,))
        for (body,) in rows.fetchall():
            yield json.loads(body)

    def under(self, kind: str, parent: str) -> list[Document]:
        """All documents of a kind that belong to `parent`, oldest first."""
        rows = self._db.execute(
            "SELECT body FROM objects WHERE kind = ? AND parent = ? ORDER BY seq", (kind, parent)
        )
        return [json.loads(body) for (body,) in rows.fetchall()]

    def recent_threads(self, count: int, text: str = "") -> list[str]:
        """Ids of the threads to which something was added last, newest first.

        With a `text`, of those in which it occurs: in an id, or in what a message or run holds.
        """
        where, values = "kind IN ('thread', 'message', 'run')", []
        if text:
            where += " AND (instr(lower(body), ?) OR instr(id, ?))"
            # SQLite's lower() knows the letters of ASCII only.
            small = "".join(one.lower() if one.isascii() else one for one in text)
            values = [_dump_text(small), text]
        rows = self._db.execute(
            "SELECT CASE kind WHEN 'thread' THEN id ELSE parent END FROM objects "
            f"WHERE {where} ORDER BY seq DESC",
            values,
        )
        found: dict[str, None] = {}
        for (id_,) in rows:
            found[id_] = None
            if len(found) == count:
                break
        rows.close()
        return list(found)

    def latest_within(self, thread_id: str, count: int) -> list[tuple[str, str]]:
        """Kind and id of a thread's messages and runs, newest first."""
        return self._db.execute(
            "SELECT kind, id FROM objects WHERE kind IN ('message', 'run') AND parent = ? "
            "ORDER BY seq DESC LIMIT ?",
            (thread_id, count),
        ).fetchall()

    def page(
        self,
        kind: str,
        parent: str,
        *,
        limit: int,
        newest_first: bool,
        after: str = "",
        before: str = "",
        by_creation: bool = False,
    ) -> Page:
        """The first `limit` documents that come after `after` and before `before`.

        "After" and "before" are meant in the order of the listing, whichever way it runs; or in
        that of creation, when `by_creation`.
        Raises KeyError with the id when a bound names nothing here.
        """
        later, earlier = ("<", ">") if newest_first and not by_creation else (">", "<")
        where, values = "kind = ? AND parent = ?", [kind, parent]
        for bound, sign in ((after, later), (before, earlier)):
            if bound:
                where += f" AND seq {sign} ?"
                values.append(self._seq(kind, parent, bound))
        order = "DESC" if newest_first else "ASC"
        rows = self._db.execute(
            f"SELECT body FROM objects WHERE {where} ORDER BY seq {order} LIMIT ?",
            (*values, limit + 1),
        ).fetchall()
        return Page([body for (body,) in rows[:limit]], len(rows) > limit)

    def _seq(self, kind: str, parent: str, id_: str) -> Any:
        query = "SELECT seq FROM objects WHERE kind = ? AND parent = ? AND id = ?"
        row = self._db.execute(query, (kind, parent, id_)).fetchone()
        if row is None:
            raise KeyError(id_)
        return row[0]


def _dump_text(text: str) -> str:
    """As a text stands in a stored document."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _connect(path: str | Path | None) -> sqlite3.Connection:
    try:
        # One event loop writes, but not always in the thread that opened the file.
        db = sqlite3.connect(
            path or ":memory:", timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
    except sqlite3.Error as error:
        missing = "" if (folder := Path(path or "").parent).is_dir() else f"; no folder {folder}"
        raise StoreError(f"cannot open the database {path}: {error}{missing}") from error
    try:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        # Takes the write lock here and now, and with it the file, until the connection closes.
        db.execute("BEGIN IMMEDIATE")
        _prepare(db, path)
        db.execute("COMMIT")
    except (sqlite3.Error, StoreError) as error:
        db.close()
        if isinstance(error, StoreError):
            raise
        raise StoreError(_explain(path, error)) from error
    return db


def _prepare(db: sqlite3.Connection, path: str | Path | None) -> None:
    """Make the tables of a new file; refuse a file that is not ours."""
    tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    application = db.execute("PRAGMA application_id").fetchone()[0]
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if tables == 0 and application in (0, APPLICATION_ID):
        for statement in SCHEMA:
            db.execute(statement)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    elif application != APPLICATION_ID:
        raise StoreError(
            f"{path} is a database of another program; name a new file or one this server made"
        )
    elif version != SCHEMA_VERSION:
        readable = f"this server reads format {SCHEMA_VERSION}; name a new file"
        raise StoreError(f"{path} has format {version}, {readable}")


def _explain(path: str | Path | None, error: sqlite3.Error) -> str:
    text = str(error)
    if "locked" in text:
        return f"the database {path} is in use by another server; stop it or name another file"
    if "not a database" in text:
        return f"{path} is not an SQLite database; name a new file or one this server made"
    return f"cannot use the database {path}: {text}"
