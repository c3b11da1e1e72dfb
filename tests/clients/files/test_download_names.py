"""The names of downloads: safe, and never another file's."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from appbuilder_assistants import ApiConnectionError

from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.files.downloads import DATA, NAMED, names, with_length
from tests.clients.raw_server import PATIENCE, Exchange, answer, head


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("attachment; filename=../../etc/passwd", "passwd"),
        ('attachment; filename="/etc/cron.d/x"', "x"),
        ('attachment; filename="..\\\\..\\\\x.txt"', "x.txt"),
        ("attachment; filename=..", "file-1"),
        ('attachment; filename=""', "file-1"),
        ("attachment", "file-1"),
        ("attachment; filename*=UTF-8''..%2F..%2F%E8%AF%B4.txt", "说.txt"),
        ("attachment; filename*=UTF-8''a%00b%0Ac", "a_b_c"),
        ('attachment; filename="说明 书.txt"', "说明 书.txt"),
        ("attachment; filename*=UTF-8''%22quo%22.txt", '"quo".txt'),
        (f"attachment; filename={'x' * 300}.txt", "x" * 251 + ".txt"),
    ],
)
def test_hostile_names(
    harness: ClientHarness, serve: Serve, folder: Path, disposition: str, name: str
) -> None:
    """The server names a file, never a place."""
    top = head("200 OK", {"Content-Disposition": disposition, "Content-Length": "1"})
    server = serve(lambda exchange: exchange.send(top + b"x"))

    path = harness.client("k", server.url).assistants.files.download("file-1", folder)

    assert path == folder / name
    assert path.read_bytes() == b"x"
    assert names(folder.parent) == [folder.name]


def test_no_name_at_all(harness: ClientHarness, serve: Serve, folder: Path) -> None:
    """The file's id is the name, made safe as well."""
    sent = answer(b"x", content_type="image/png", content_disposition="attachment")
    server = serve(lambda exchange: exchange.send(sent))

    path = harness.client("k", server.url).assistants.files.download("../file-1", folder)

    assert path == folder / "file-1"


@pytest.mark.parametrize("kind", ["file", "link", "folder"])
def test_nothing_is_overwritten(
    harness: ClientHarness, serve: Serve, folder: Path, kind: str
) -> None:
    """A name that is taken is refused at once; the body is not waited for."""
    taken = folder / "a.png"
    if kind == "file":
        taken.write_bytes(b"mine")
    elif kind == "link":
        taken.symlink_to("nowhere")
    else:
        taken.mkdir()
    disconnected = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.send(head("200 OK", {**NAMED, "Content-Length": "1000000"}) + DATA[:100_000])
        assert exchange.client_disconnected()
        disconnected.set()

    # The caught error is kept, and with it all that only its frames hold.
    with pytest.raises(FileExistsError, match=r"a\.png") as caught:
        harness.client("k", serve(script).url).assistants.files.download("file-1", folder)

    assert disconnected.wait(PATIENCE)
    assert caught.value.filename == str(taken)
    assert names(folder) == ["a.png"]
    assert kind != "file" or taken.read_bytes() == b"mine"


def test_overwriting_when_asked_to(harness: ClientHarness, serve: Serve, folder: Path) -> None:
    """The old file is there until the new one is whole; a link is replaced, not followed."""
    other = folder.parent / "other"
    other.write_bytes(b"other")
    (folder / "a.png").symlink_to(other)
    answers = [
        with_length(b"new"),
        head("200 OK", {**NAMED, "Content-Length": "200000"}) + DATA[:99_999],
    ]
    server = serve(lambda exchange: (exchange.send(answers.pop(0)), len(answers) == 1)[1])
    download = harness.client("k", server.url).assistants.files.download

    path = download("file-1", folder, overwrite=True)

    assert path.read_bytes() == b"new"
    assert not path.is_symlink()
    assert other.read_bytes() == b"other"
    with pytest.raises(ApiConnectionError):
        download("file-1", folder, overwrite=True)
    assert path.read_bytes() == b"new"
    assert names(folder) == ["a.png"]


def test_a_folder_is_never_overwritten(harness: ClientHarness, serve: Serve, folder: Path) -> None:
    """A folder is not replaced, even with `overwrite`."""
    (folder / "a.png").mkdir()
    server = serve(lambda exchange: exchange.send(with_length(b"x")))

    with pytest.raises(FileExistsError):
        harness.client("k", server.url).assistants.files.download("f", folder, overwrite=True)

    assert (folder / "a.png").is_dir()


def test_a_name_that_is_taken_meanwhile(
    harness: ClientHarness, serve: Serve, folder: Path, begun: threading.Event
) -> None:
    """The first download gets the name."""

    def script(exchange: Exchange) -> None:
        exchange.send(head("200 OK", {**NAMED, "Content-Length": str(len(DATA))}) + DATA[:200_000])
        assert begun.wait(PATIENCE)
        (folder / "a.png").write_bytes(b"first")
        exchange.send(DATA[200_000:])

    with pytest.raises(FileExistsError):
        harness.client("k", serve(script).url).assistants.files.download("file-1", folder)

    assert names(folder) == ["a.png"]
    assert (folder / "a.png").read_bytes() == b"first"


def test_a_file_system_without_links(
    harness: ClientHarness, serve: Serve, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is renamed there, and still nothing is overwritten."""

    def refuse(*paths: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    server = serve(lambda exchange: exchange.send(with_length(b"x")))
    download = harness.client("k", server.url).assistants.files.download

    assert download("file-1", folder).read_bytes() == b"x"
    with pytest.raises(FileExistsError):
        download("file-1", folder)
    assert names(folder) == ["a.png"]
