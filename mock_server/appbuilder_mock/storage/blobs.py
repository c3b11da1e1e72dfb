"""The bytes of files, in SQLite, piece by piece."""

from __future__ import annotations

import itertools
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

PIECE = 256 * 1024  # bytes in one row, and in memory at a time

SCHEMA = (
    """
CREATE TABLE blobs (
    blob INTEGER NOT NULL,  -- which; a file's document names it
    number INTEGER NOT NULL,  -- 0, 1, 2, …
    bytes BLOB NOT NULL,
    PRIMARY KEY (blob, number)
)
""",
)


class Blobs:
    """Blobs by number. A blob that is being read when it is removed can be read to its end."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._readers: Counter[int] = Counter()
        self._doomed: set[int] = set()
        # Blobs that no file names were being uploaded, or read after removal, when a server died.
        self._db.execute(
            "DELETE FROM blobs WHERE blob NOT IN "
            "(SELECT json_extract(body, '$.blob') FROM objects WHERE kind = 'file')"
        )
        newest = self._db.execute("SELECT coalesce(max(blob), 0) FROM blobs").fetchone()[0]
        self._numbers = itertools.count(newest + 1)

    def new(self) -> BlobWriter:
        return BlobWriter(self, next(self._numbers))

    def add(self, blob: int, number: int, piece: bytes) -> None:
        self._db.execute("INSERT INTO blobs VALUES (?, ?, ?)", (blob, number, piece))

    def remove(self, blob: int) -> None:
        if self._readers[blob]:
            self._doomed.add(blob)
        else:
            self._db.execute("DELETE FROM blobs WHERE blob = ?", (blob,))

    @contextmanager
    def reading(self, blob: int) -> Iterator[Iterator[bytes]]:
        """The blob's pieces; they can be had until the block ends."""
        self._readers[blob] += 1
        try:
            yield self._pieces(blob)
        finally:
            self._readers[blob] -= 1
            if not self._readers[blob]:
                del self._readers[blob]
                if blob in self._doomed:
                    self._doomed.remove(blob)
                    self.remove(blob)

    def _pieces(self, blob: int) -> Iterator[bytes]:
        for number in itertools.count():
            row = self._db.execute(
                "SELECT bytes FROM blobs WHERE blob = ? AND number = ?", (blob, number)
            ).fetchone()
            if row is None:
                return
            yield row[0]


class BlobWriter:
    """One new blob; `close` makes it whole, `abandon` forgets it."""

    def __init__(self, blobs: Blobs, blob: int) -> None:
        self.blob = blob
        self.size = 0  # bytes
        self._blobs = blobs
        self._rows = 0
        self._waiting = bytearray()

    def write(self, data: bytes) -> None:
        self.size += len(data)
        self._waiting += data
        while len(self._waiting) >= PIECE:
            self._store(bytes(self._waiting[:PIECE]))
            del self._waiting[:PIECE]

    def close(self) -> None:
        if self._waiting:
            self._store(bytes(self._waiting))
            self._waiting.clear()

    def abandon(self) -> None:
        self._blobs.remove(self.blob)

    def _store(self, piece: bytes) -> None:
        self._blobs.add(self.blob, self._rows, piece)
        self._rows += 1
