"""Files that are too large to be held in memory, and what goes wrong on their way."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from appbuilder_mock.uploads.upload import MAX_FILE

from tests.mock.process import Process, serving
from tests.mock.uploads import MULTIPART, PURPOSE, closed, file_part, send, upload
from tests.mock.wire import Api

PIECE = bytes(range(256)) * 256
ROOM = 40 * 1024  # KiB that the server may grow by: much less than the file


def large(size: int) -> Iterator[bytes]:
    """A multipart body with a file of this size."""
    head, tail = closed(file_part(b"|", '; filename="大.bin"')).split(b"|")
    yield head
    for start in range(0, size, len(PIECE)):
        yield PIECE[: size - start]
    yield tail


def digest_of(size: int) -> str:
    digest = hashlib.sha256()
    for start in range(0, size, len(PIECE)):
        digest.update(PIECE[: size - start])
    return digest.hexdigest()


def peak(server: Process) -> int:
    """The most memory that the server has held so far, in KiB."""
    status = Path(f"/proc/{server.popen.pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


def test_the_largest_file_in_little_memory(tmp_path: Path) -> None:
    """It is stored and sent whole; one byte more is a 413 that keeps nothing."""
    path = tmp_path / "mock.db"
    with serving("--db", path) as server, server.api() as api:
        upload(api, PIECE)
        before = peak(server)
        made = send(api, large(MAX_FILE))
        where = {"file_id": made.json()["id"]}
        digest = hashlib.sha256()
        with api.http.stream("POST", "/v2/storage/files/download", json=where) as response:
            for chunk in response.iter_bytes():
                digest.update(chunk)
        beyond = send(api, large(MAX_FILE + 1))
        grown = peak(server) - before
        kept = len(api.ok("storage/files/list")["data"])

    assert made.json()["bytes"] == MAX_FILE
    assert digest.hexdigest() == digest_of(MAX_FILE)
    assert beyond.status_code == 413
    error = beyond.json()["error"]
    assert (error["code"], error["param"]) == ("file_too_large", "file")
    assert str(MAX_FILE) in error["message"]
    assert kept == 2
    assert grown < ROOM
    assert blobs_in(path) == 2


def test_deleted_while_it_is_downloaded(api: Api) -> None:
    """A download that has begun is finished; the next one is a 404."""
    size = 20_000_000  # more than any buffer between here and there
    where = {"file_id": send(api, large(size)).json()["id"]}
    digest = hashlib.sha256()
    with api.http.stream("POST", "/v2/storage/files/download", json=where) as response:
        api.ok("storage/files/delete", **where)
        for chunk in response.iter_bytes():
            digest.update(chunk)

    assert digest.hexdigest() == digest_of(size)
    api.error("storage/files/download", 404, **where)


def begun(server: Process) -> socket.socket:
    """The connection of an upload of which two million bytes were sent, and no more."""
    connection = socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])))
    head = (
        "POST /v2/storage/files?purpose=assistant HTTP/1.1\r\nHost: a\r\n"
        f"Content-Type: {MULTIPART['Content-Type']}\r\nContent-Length: 100000000\r\n"
        "Authorization: Bearer mock-token\r\n\r\n"
    )
    connection.sendall(head.encode() + b"".join(large(2_000_000))[:-10])
    return connection


def wait_for_pieces(api: Api, path: Path) -> None:
    """Ask until pieces of an upload are in the database's log."""
    while path.with_name(f"{path.name}-wal").stat().st_size < 1_500_000:
        api.ok("storage/files/list")


def test_an_upload_that_breaks_off(tmp_path: Path) -> None:
    """Nothing is kept of it, whether the client disconnects or the server stops."""
    path = tmp_path / "mock.db"
    with serving("--db", path) as server, server.api() as api:
        whole = upload(api, PIECE)["id"]
        with begun(server):
            wait_for_pieces(api, path)
        with begun(server):
            assert [file["id"] for file in api.ok("storage/files/list")["data"]] == [whole]
            assert server.stop() == (0, "", "")

    assert blobs_in(path) == 1


def test_an_upload_during_which_the_server_is_killed(tmp_path: Path) -> None:
    """The next server forgets what was stored of it."""
    path = tmp_path / "mock.db"
    with serving("--db", path) as server, server.api() as api:
        whole = upload(api, PIECE)["id"]
        with begun(server):
            wait_for_pieces(api, path)
            server.kill()
    stored_after_the_kill = blobs_in(path)
    with serving("--db", path) as server, server.api() as api:
        files = api.ok("storage/files/list")["data"]
        content = api.post("storage/files/content", {"file_id": whole}).content

    assert stored_after_the_kill == 2
    assert [file["id"] for file in files] == [whole]
    assert content == PIECE
    assert blobs_in(path) == 1


def test_deleted_bytes_are_gone(tmp_path: Path) -> None:
    """Also from the database."""
    path = tmp_path / "mock.db"
    with serving("--db", path) as server, server.api() as api:
        made = api.post("storage/files", files={"file": PIECE}, params=PURPOSE).json()
        api.ok("storage/files/delete", file_id=made["id"])
        server.stop()

    assert blobs_in(path) == 0


def blobs_in(path: Path) -> int:
    """The number of blobs in a database that no server has open."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        return int(db.execute("SELECT count(DISTINCT blob) FROM blobs").fetchone()[0])


def test_a_client_that_leaves_a_download() -> None:
    """The rest is not sent to nobody, which would fill the log."""
    with serving() as server, server.api() as api:
        where = {"file_id": send(api, large(20 * 1024 * 1024)).json()["id"]}
        with api.http.stream("POST", "/v2/storage/files/content", json=where) as response:
            next(response.iter_raw())

        assert api.ok("storage/files/list")["data"]
        assert server.stop() == (0, "", "")
