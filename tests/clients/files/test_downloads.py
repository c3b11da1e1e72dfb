"""Downloads over a real socket: whole, in their folder, or only their bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from appbuilder_assistants import AppBuilder

from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.files.downloads import DATA, chunked, names, with_length
from tests.clients.raw_server import answer


@pytest.mark.parametrize("data", [DATA, b"x", b""], ids=["large", "small", "empty"])
@pytest.mark.parametrize("sent", [with_length, chunked])
@pytest.mark.parametrize("kind", [str, Path])
def test_a_file_is_saved(
    harness: ClientHarness, serve: Serve, folder: Path, data: bytes, sent: Any, kind: Any
) -> None:
    """Exactly its bytes, in the folder, under its name; the path is returned."""
    server = serve(lambda exchange: exchange.send(sent(data)))

    path = harness.client("k", server.url).assistants.files.download("file-1", kind(folder))

    assert path == folder / "a.png"
    assert path.read_bytes() == data
    assert names(folder) == ["a.png"]
    (exchange,) = server.exchanges
    assert exchange.request_line == "POST /v2/storage/files/download HTTP/1.1"
    assert exchange.json == {"file_id": "file-1"}
    assert exchange.headers["accept"] == "*/*"
    assert exchange.headers["accept-encoding"] == "identity"


def test_the_current_folder(
    harness: ClientHarness, serve: Serve, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a folder."""
    monkeypatch.chdir(folder)
    server = serve(lambda exchange: exchange.send(with_length(b"x")))

    path = harness.client("k", server.url).assistants.files.download("file-1")

    assert path.resolve() == folder / "a.png"


def test_a_new_file_has_the_usual_rights(
    harness: ClientHarness, serve: Serve, folder: Path
) -> None:
    """It has the mode of any new file of the process, not that of a temporary file."""
    server = serve(lambda exchange: exchange.send(with_length(b"x")))
    (folder / "usual").touch()

    path = harness.client("k", server.url).assistants.files.download("file-1", folder)

    assert path.stat().st_mode == (folder / "usual").stat().st_mode


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (lambda f: f / "没有", FileNotFoundError, "expected a folder that exists"),
        (lambda f: str(f / "a.txt"), NotADirectoryError, "expected a folder .*got a file"),
        (lambda f: 5, TypeError, "file_path: expected a folder's path, got int"),
        (lambda f: None, TypeError, "got NoneType"),
    ],
)
def test_a_path_that_is_no_folder(
    harness: ClientHarness, serve: Serve, folder: Path, given: Any, error: Any, message: str
) -> None:
    """It is refused before anything is sent."""
    (folder / "a.txt").touch()
    server = serve(lambda exchange: exchange.send(with_length(b"x")))

    with pytest.raises(error, match=message):
        harness.client("k", server.url).assistants.files.download("file-1", given(folder))

    assert server.connections == 0


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": "\xe6\x97\xa0"}',
        b'{"error": {"code": 1, "message": "m", "trace": []}}',
        b'[{"error": {"code": 1, "message": "m"}}]',
        b'{"error": {"code": 1, "message": "' + b"m" * 70_000 + b'"}}',
        b"{",
    ],
)
def test_a_json_file_is_a_file(
    harness: ClientHarness, serve: Serve, folder: Path, body: bytes
) -> None:
    """A JSON file is saved, unless it has exactly the shape of an error object."""
    sent = answer(body, content_disposition="attachment; filename=a.json")
    files = harness.client("k", serve(lambda e: e.send(sent)).url).assistants.files

    assert files.download("file-1", folder).read_bytes() == body
    assert files.content("file-1").content == body


@pytest.mark.parametrize("data", [DATA, b""])
@pytest.mark.parametrize("sent", [with_length, chunked])
def test_content(harness: ClientHarness, serve: Serve, data: bytes, sent: Any) -> None:
    """The bytes and their type, by one request."""
    server = serve(lambda exchange: exchange.send(sent(data)))

    content = harness.client("k", server.url).assistants.files.content("file-1")

    assert (content.content, content.content_type) == (data, "image/png")
    assert [e.request_line for e in server.exchanges] == ["POST /v2/storage/files/content HTTP/1.1"]


def test_many_downloads_at_once(harness: ClientHarness, serve: Serve, folder: Path) -> None:
    """Each has its own file; of several with one name, one gets it."""
    server = serve(lambda exchange: exchange.send(with_length(DATA)))
    download = harness.client("k", server.url).assistants.files.download

    def attempt(number: int) -> Any:
        inner = folder / str(number % 4)
        inner.mkdir(exist_ok=True)
        return lambda: download("file-1", inner, overwrite=True)

    paths = harness.together([attempt(number) for number in range(16)])

    assert {path.read_bytes() == DATA for path in paths} == {True}
    assert names(folder / "0") == ["a.png"]


def test_the_connection_is_used_again(serve: Serve, folder: Path) -> None:
    """A file that was read to its end leaves the connection as good as new."""
    server = serve(lambda exchange: exchange.send(with_length(DATA)))

    with AppBuilder("k", server.url) as client:
        for number in range(5):
            (folder / str(number)).mkdir()
            client.assistants.files.download("file-1", folder / str(number))
            client.assistants.files.content("file-1")

    assert server.connections == 1
