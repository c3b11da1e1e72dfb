"""Downloads over a real socket: whole, in their folder, under a safe name, or not at all."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    ApiStatusError,
    ApiTimeoutError,
    AppBuilder,
    AsyncAppBuilder,
    NotFoundError,
    RateLimitError,
)
from appbuilder_assistants._files.download import Download

from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.interruption import cancelled_wherever_it_waits
from tests.clients.raw_server import PATIENCE, Exchange, answer, head

DATA = bytes(range(256)) * 1000
TYPE = {"Content-Type": "image/png"}
NAMED = {**TYPE, "Content-Disposition": "attachment; filename=a.png"}
ERROR = {"error": {"code": "file_not_found", "message": "没有这个文件"}}


def with_length(data: bytes, **headers: str) -> bytes:
    return head("200 OK", {**NAMED, **headers, "Content-Length": str(len(data))}) + data


def chunked(data: bytes, size: int = 50_000) -> bytes:
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b""))
    return head("200 OK", {**NAMED, "Transfer-Encoding": "chunked"}) + body


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "下载"
    made.mkdir()
    return made


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when a file has begun to be saved."""
    event = threading.Event()
    begin = Download.begin

    def replace_first(target: Download, headers: Any) -> None:
        begin(target, headers)
        event.set()

    monkeypatch.setattr(Download, "begin", replace_first)
    return event


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


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


CUTS = [0, 1, 40, 300, 1000, 50_300, 65_000, 66_000, 70_000, 131_500, 200_000, 255_999, 256_100]


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("sent", [with_length, chunked])
@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_a_cut_download_leaves_nothing(
    harness: ClientHarness, serve: Serve, folder: Path, sent: Any, cut: int, reset: bool
) -> None:
    """At every cut the download raises, and leaves no file under any name."""
    whole = sent(DATA)

    def script(exchange: Exchange) -> bool:
        exchange.send(whole[:cut])
        if reset:
            exchange.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        return False

    client = harness.client("k", serve(script).url, retry=AT_ONCE)

    with pytest.raises(ApiConnectionError) as caught:
        client.assistants.files.download("file-1", folder)

    assert caught.value.operation == "downloadFile"
    assert names(folder) == []
    with pytest.raises(ApiConnectionError):
        client.assistants.files.content("file-1")


@pytest.mark.parametrize("tail", [1, 2, 3, 5, 7])
def test_a_cut_just_before_the_end(
    harness: ClientHarness, serve: Serve, folder: Path, tail: int
) -> None:
    """All bytes may have come, but not the mark of their end."""
    server = serve(lambda exchange: (exchange.send(chunked(DATA)[:-tail]), False)[1])

    with pytest.raises(ApiConnectionError):
        harness.client("k", server.url).assistants.files.download("file-1", folder)

    assert names(folder) == []


def test_a_response_without_length_or_chunks(
    harness: ClientHarness, serve: Serve, folder: Path
) -> None:
    """A cut of such a response could not be detected."""
    server = serve(lambda exchange: (exchange.send(head("200 OK", NAMED) + DATA), False)[1])
    client = harness.client("k", server.url, retry=AT_ONCE)

    with pytest.raises(ApiConnectionError, match="neither Content-Length nor chunked encoding"):
        client.assistants.files.download("file-1", folder)
    with pytest.raises(ApiConnectionError, match="neither Content-Length nor chunked encoding"):
        client.assistants.files.content("file-1")

    assert names(folder) == []


def test_a_download_is_not_begun_anew(harness: ClientHarness, serve: Serve, folder: Path) -> None:
    """After the first saved bytes a break is raised; before them, the request is retried."""
    whole = with_length(DATA)
    answers = [whole[:100], answer({}, "503 Busy"), whole[:200_000]]
    server = serve(lambda exchange: (exchange.send(answers.pop(0)), len(answers) == 1)[1])

    with pytest.raises(ApiConnectionError):
        harness.client("k", server.url, retry=AT_ONCE).assistants.files.download("file-1", folder)

    assert len(server.exchanges) == 3


def error_in_chunks(body: bytes) -> bytes:
    top = head(
        "200 OK", {**NAMED, "Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    )
    return top + b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (body[:7], body[7:], b""))


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (answer(ERROR, "404 Not Found"), NotFoundError),
        (answer(ERROR), NotFoundError),
        (answer(ERROR, content_disposition="attachment; filename=a.json"), NotFoundError),
        (answer(ERROR, content_type="application/octet-stream"), NotFoundError),
        (error_in_chunks(b'{"error": {"code": 404, "message": "m"}}'), NotFoundError),
        (answer(b"<html>", "502 Bad Gateway", content_type="text/html"), ApiStatusError),
        (answer({"error": {"code": "qps", "message": "慢"}}), RateLimitError),
        (answer(b"", "302 Found", location="http://127.0.0.1:9/"), ApiStatusError),
    ],
)
@pytest.mark.parametrize("method", ["download", "content"])
def test_an_error_is_never_saved(
    harness: ClientHarness, serve: Serve, folder: Path, sent: bytes, error: Any, method: str
) -> None:
    """An error body is raised and not saved, with every status and framing."""
    server = serve(lambda exchange: exchange.send(sent))
    files = harness.client("k", server.url, retry=AT_ONCE).assistants.files

    with pytest.raises(error) as caught:
        files.content("file-1") if method == "content" else files.download("file-1", folder)

    assert caught.value.operation == {"content": "readFile", "download": "downloadFile"}[method]
    assert names(folder) == []


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


@pytest.mark.parametrize("method", ["download", "content"])
def test_a_time_out_for_one_call(
    harness: ClientHarness, serve: Serve, folder: Path, method: str
) -> None:
    """It bounds each silence, also in the middle of a file."""

    def script(exchange: Exchange) -> None:
        exchange.send(with_length(DATA)[:200_000])
        assert exchange.client_disconnected()

    files = harness.client("k", serve(script).url).assistants.files

    with pytest.raises(ApiTimeoutError, match=r"read timed out after 0\.2 s"):
        files.content("f", 0.2) if method == "content" else files.download("f", folder, 0.2)
    with pytest.raises(ValueError, match="timeout"):
        files.content("f", -1) if method == "content" else files.download("f", folder, -1)

    assert names(folder) == []


def test_a_full_disk(
    harness: ClientHarness, serve: Serve, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system's error reaches the caller, and nothing stays behind."""

    def full(target: Any, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Download, "write", full)
    disconnected = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.send(with_length(DATA)[:100_000])
        assert exchange.client_disconnected()
        disconnected.set()

    with pytest.raises(OSError, match="No space left"):
        harness.client("k", serve(script).url).assistants.files.download("file-1", folder)

    assert names(folder) == []
    assert disconnected.wait(PATIENCE)


def test_cancellation_leaves_nothing(serve: Serve, folder: Path, begun: threading.Event) -> None:
    """A task that is cancelled in the middle of a file closes the connection, too."""
    disconnected = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.send(with_length(DATA)[:200_000])
        assert exchange.client_disconnected()
        disconnected.set()

    server = serve(script)

    async def main() -> None:
        async with AsyncAppBuilder("k", server.url) as client:
            task = asyncio.create_task(client.assistants.files.download("file-1", folder))
            assert await asyncio.to_thread(begun.wait, PATIENCE)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(disconnected.wait, PATIENCE)

    asyncio.run(main())

    assert names(folder) == []


@pytest.mark.parametrize("overwrite", [False, True])
def test_cancelled_wherever_it_waits(serve: Serve, folder: Path, overwrite: bool) -> None:
    """No open socket remains, no part of a file, and no file that is not reported."""
    old = ["a.png"] if overwrite else []
    server = serve(lambda exchange: exchange.send(chunked(DATA)))

    async def download(client: AsyncAppBuilder) -> Path:
        for name in old:
            (folder / name).write_bytes("旧".encode())
        return await client.assistants.files.download("file-1", folder, overwrite=overwrite)

    def check(task: asyncio.Task[Path]) -> None:
        if task.cancelled():
            assert names(folder) == old
            assert [(folder / name).read_bytes().decode() for name in old] == ["旧"] * len(old)
        else:
            assert task.result().read_bytes() == DATA
            task.result().unlink()
            assert names(folder) == []

    moments = cancelled_wherever_it_waits(server, download, check)

    # Connecting, sending, reading and writing wait at least so often.
    assert moments >= 12


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
