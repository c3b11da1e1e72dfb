"""Databases that a server cannot use, or must not share."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import appbuilder_mock
import pytest

from tests.mock.process import refused, serving


def test_a_database_that_cannot_be_used(tmp_path: Path) -> None:
    """Another program's, no database, a folder, a folder that is not there: one line, status 2."""
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE notes (text)")
    db.close()
    text = tmp_path / "notes.txt"
    text.write_text("这不是数据库，" * 1000, encoding="utf-8")
    newer = tmp_path / "newer.db"
    appbuilder_mock.Store(newer).close()
    with sqlite3.connect(newer) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()

    for path, reason in [
        (other, "a database of another program"),
        (text, "not an SQLite database"),
        (newer, "has format 99"),
        (tmp_path, "cannot open"),
        (tmp_path / "none" / "a.db", f"; no folder {tmp_path / 'none'}"),
    ]:
        status, out, err = refused("--db", path)

        assert (status, out, err.count("\n")) == (2, "", 1)
        assert reason in err
        assert str(path) in err
    assert text.read_text(encoding="utf-8").startswith("这不是数据库")


def test_two_servers_on_one_database(tmp_path: Path) -> None:
    """The second one is refused with a clear line; the first one does not notice."""
    path = tmp_path / "mock.db"
    with serving("--db", path) as first:
        status, out, err = refused("--db", path)

        assert (status, out) == (2, "")
        assert err == (
            f"appbuilder_mock: the database {path} is in use by another server; "
            "stop it or name another file\n"
        )
        with first.api() as api:
            assert api.thread()
        assert first.stop()[0] == 0
    with serving("--db", path) as second, second.api() as api:
        assert api.thread()


def test_two_servers_on_one_database_in_one_process(tmp_path: Path) -> None:
    """Here it is an error to catch."""
    path = tmp_path / "mock.db"
    with (
        appbuilder_mock.running(db=path),
        pytest.raises(appbuilder_mock.StoreError, match="in use by another server"),
        appbuilder_mock.running(db=path),
    ):
        pass
