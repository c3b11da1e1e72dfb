"""Files, as a user handles them, against the mock server."""

from __future__ import annotations

import gc
import hashlib
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_assistants import ApiStatusError, NotFoundError
from appbuilder_assistants._files.upload import PIECE

from tests.clients.client_harness import ClientHarness
from tests.mock.process import Process, serving

NAMES = [
    "note.txt",
    "说明 书.pdf",
    'quo"te.txt',
    "../../etc/passwd",
    "a\r\nX-Evil: 1",
    "back\\slash",
    "end\\",
    "\\\\share",
    'a";x="b',
    "100%22.txt",
    "%0D%0A",
    "tab\there",
    "semi;colon=1",
    "😀.txt",
    " ",
    "",
    "x" * 300,
]
EVERY_BYTE = bytes(range(256)) * 10 + b"\r\n--\r\n"


def test_a_file_goes_round(client: Any, tmp_path: Path) -> None:
    """Stored, looked up, listed, read, saved, deleted."""
    path = tmp_path / "说明 1.txt"
    path.write_bytes(EVERY_BYTE)
    files = client.assistants.files

    stored = files.create(path)
    again = files.query(stored.id)
    content = files.content(stored.id)
    saved = files.download(stored.id, overwrite=True, file_path=tmp_path)

    # As documented, the service drops Chinese characters from the name.
    assert (stored.filename, stored.bytes) == ("1.txt", len(EVERY_BYTE))
    assert (again.id, again.filename, again.bytes) == (stored.id, "1.txt", len(EVERY_BYTE))
    assert (content.content, content.content_type) == (EVERY_BYTE, "text/plain")
    assert (saved, saved.read_bytes()) == (tmp_path / "1.txt", EVERY_BYTE)
    assert stored.id in [file.id for file in files.list().data]
    assert stored.id in [file.id for file in files.list_all()]
    assert files.delete(stored.id).deleted
    for look in (files.query, files.content, files.delete):
        with pytest.raises(NotFoundError):
            look(stored.id)
    with pytest.raises(NotFoundError):
        files.download(stored.id, tmp_path)


@pytest.mark.parametrize("word", ["error", "null", "error-text"])
@pytest.mark.parametrize("error_form", ["status", "body"])
def test_an_unknown_file(
    harness: ClientHarness, tmp_path: Path, word: str, error_form: Any
) -> None:
    """In each form of the refusal no file is returned or saved."""
    readings = {"unknown-file": word}
    kind = ApiStatusError if word == "error-text" else NotFoundError
    with appbuilder_mock.running(readings=readings, error_form=error_form) as server:
        files = harness.client(server.token, server.url).assistants.files
        for look in (files.query, files.delete, files.content):
            with pytest.raises(kind, match="no file"):
                look("file-没有")
        with pytest.raises(kind, match="no file"):
            files.download("file-没有", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_null(client: Any, tmp_path: Path) -> None:
    """An answer that names its file, or is of another media type than JSON, is the file."""
    files = client.assistants.files
    named = files.create(b"null", filename="null.json")
    text = files.create(b"null", filename="null.txt")

    assert files.download(named.id, tmp_path).read_bytes() == b"null"
    assert files.content(text.id).content == b"null"


@pytest.fixture(scope="module")
def keeps_names() -> Iterator[appbuilder_mock.Running]:
    """A server that keeps the names of files unchanged."""
    with appbuilder_mock.running(readings={"file-names": "kept"}) as running:
        yield running


def test_files_of_one_name(client: Any, tmp_path: Path) -> None:
    """The service may leave the same of two names: neither download takes the other's place."""
    files = client.assistants.files
    one, two = (files.create(name.encode(), filename=name) for name in ("说明.txt", "附录.txt"))

    saved = files.download(one.id, tmp_path)
    with pytest.raises(FileExistsError):
        files.download(two.id, tmp_path)
    (tmp_path / "二").mkdir()
    other = files.download(two.id, tmp_path / "二")

    assert one.filename == two.filename
    assert (saved.read_text("utf-8"), other.read_text("utf-8")) == ("说明.txt", "附录.txt")


@pytest.mark.parametrize("name", NAMES)
def test_names_arrive(
    harness: ClientHarness, keeps_names: appbuilder_mock.Running, tmp_path: Path, name: str
) -> None:
    """Every name arrives exactly, and comes back as a name in the folder."""
    files = harness.client(keeps_names.token, keeps_names.url).assistants.files

    stored = files.create(EVERY_BYTE, filename=name)
    saved = files.download(stored.id, tmp_path)

    assert stored.filename == name
    assert saved.parent == tmp_path
    assert saved.read_bytes() == EVERY_BYTE
    if name in ("note.txt", "说明 书.pdf", 'quo"te.txt', "100%22.txt", "%0D%0A", "😀.txt"):
        assert saved.name == name


def test_mounting(client: Any) -> None:
    """A file on an assistant, and off it again; both ids are checked."""
    assistants = client.assistants
    assistant, file = assistants.create("a"), assistants.files.create(b"x", filename="x.txt")

    mounted = assistants.mount_files(assistant.id, file.id)

    assert (mounted.id, mounted.assistant_id) == (file.id, assistant.id)
    page = assistants.mounted_files_list(assistant.id, 20, "desc", "", "")
    assert [one.id for one in page.data] == [file.id]
    assert [one.id for one in assistants.mounted_files_list_all(assistant.id)] == [file.id]
    assert assistants.unmount_files(assistant.id, file.id).deleted
    assert assistants.mounted_files_list(assistant.id).data == []
    assert assistants.files.query(file.id).id == file.id
    with pytest.raises(NotFoundError):
        assistants.mount_files("asst_没有", file.id)
    with pytest.raises(NotFoundError):
        assistants.mount_files(assistant.id, "file-没有")


# The server must not share this process's memory.
@pytest.fixture(scope="module")
def server() -> Iterator[Process]:
    with serving() as process:
        yield process


SIZE = 10 * 1024 * 1024


def peak_of(act: Callable[[], Any]) -> tuple[Any, int]:
    """The result, and the most memory held meanwhile beyond the initial amount."""
    gc.collect()
    tracemalloc.start()
    try:
        done = act()
        return done, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_large_files_take_little_memory(
    harness: ClientHarness, server: Process, tmp_path: Path
) -> None:
    """10 MiB go up from a path and down to a folder, in pieces of 512 KiB.

    Held at once at most: the piece that is read, the same with its frame, in the parser's output,
    and in the socket's buffer, which holds it twice while it grows, and the next piece; this
    makes six, and the bound is eight. A file held whole would make twenty.
    """
    path = tmp_path / "large.bin"
    path.write_bytes(hashlib.shake_256(b"seed").digest(SIZE))
    files = harness.client("mock-token", server.url).assistants.files
    # Imports and objects that are made once are not counted.
    (tmp_path / "down").mkdir()
    files.download(files.create(b"...", filename="first").id, tmp_path / "down")

    stored, going_up = peak_of(lambda: files.create(path))
    saved, coming_down = peak_of(lambda: files.download(stored.id, tmp_path / "down"))

    assert stored.bytes == SIZE
    assert saved.read_bytes() == path.read_bytes()
    assert files.content(stored.id).content == path.read_bytes()
    assert going_up < 8 * PIECE
    assert coming_down < 8 * PIECE


def test_the_memory_bound_can_fail(harness: ClientHarness, server: Process) -> None:
    """The measurement detects a file that is held whole."""
    files = harness.client("mock-token", server.url).assistants.files
    stored = files.create(b"x" * (2 * 1024 * 1024))

    content, peak = peak_of(lambda: files.content(stored.id))

    assert len(content.content) == 2 * 1024 * 1024
    assert peak > 2 * 1024 * 1024
