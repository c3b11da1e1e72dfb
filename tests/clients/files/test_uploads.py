"""Uploads over a real socket: every byte and every name, in bounded memory, or a clear refusal."""

from __future__ import annotations

import io
import os
import re
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    ApiStatusError,
    AssistantsError,
    RateLimitError,
)

from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.raw_server import Exchange, answer

FILE = {
    "id": "file-1",
    "bytes": 1,
    "object": "file",
    "purpose": "assistant",
    "create_at": 1,
    "filename": "f",
}
STORED = answer(FILE)
EVERY_BYTE = bytes(range(256)) * 3 + b"\r\n--\r\n--x--"


def part(exchange: Exchange) -> tuple[dict[str, str], bytes]:
    """The headers and the bytes of the one part, by the boundary that was announced."""
    kind = exchange.headers["content-type"]
    _, _, boundary = kind.partition("multipart/form-data; boundary=")
    first, inside, last = exchange.body.partition(b"\r\n\r\n")
    assert first.startswith(f"--{boundary}\r\n".encode())
    del inside
    data = last.removesuffix(f"\r\n--{boundary}--\r\n".encode())
    assert len(data) < len(last)
    lines = first.decode().split("\r\n")[1:]
    return dict(line.split(": ", 1) for line in lines), data


def sent_names(disposition: str) -> tuple[str, str | None]:
    """The name for a reader of quoted texts, and the name for one of `filename*`."""
    quoted = re.search(r'; filename="((?:[^"\\]|\\.)*)"', disposition)
    assert quoted is not None
    extended = re.search(r"; filename\*=UTF-8''([^; ]*)", disposition)
    plain = re.sub(r"\\(.)", r"\1", quoted[1])
    return plain, extended and unquote(extended[1], errors="strict")


def source(kind: str, data: bytes, folder: Path) -> Any:
    path = folder / "书.bin"
    path.write_bytes(data)
    makers: dict[str, Callable[[], Any]] = {
        "str": lambda: str(path),
        "path": lambda: path,
        "bytes": lambda: data,
        "bytearray": lambda: bytearray(data),
        "memory": lambda: memoryview(data),
        "BytesIO": lambda: io.BytesIO(data),
        "file": lambda: path.open("rb"),
        "raw file": lambda: path.open("rb", buffering=0),
    }
    return makers[kind]()


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("str", "书.bin"),
        ("path", "书.bin"),
        ("bytes", "upload"),
        ("bytearray", "upload"),
        ("memory", "upload"),
        ("BytesIO", "upload"),
        ("file", "书.bin"),
        ("raw file", "书.bin"),
    ],
)
@pytest.mark.parametrize("data", [EVERY_BYTE, b""], ids=["bytes", "empty"])
def test_the_upload_as_sent(
    harness: ClientHarness, serve: Serve, tmp_path: Path, kind: str, name: str, data: bytes
) -> None:
    """Each kind of source is sent with its bytes, name, purpose and length."""
    server = serve(lambda exchange: exchange.send(STORED))
    file = source(kind, data, tmp_path)

    stored = harness.client("k", server.url).assistants.files.create(file)

    (exchange,) = server.exchanges
    headers, body = part(exchange)
    assert body == data
    assert f'name="file"; filename="{name}"' in headers["Content-Disposition"]
    assert headers["Content-Type"] == "application/octet-stream"
    assert exchange.request_line == "POST /v2/storage/files?purpose=assistant HTTP/1.1"
    assert exchange.headers["content-length"] == str(len(exchange.body))
    assert exchange.headers["accept"] == "application/json"
    assert stored.id == "file-1"
    if hasattr(file, "close"):
        assert not file.closed
        file.close()


NAMES = [
    "note.txt",
    "说明 书.pdf",
    'quo"te.txt',
    "../../etc/passwd",
    "a\r\nX-Evil: 1",
    "back\\slash",
    "\\",
    "100%22.txt",
    "tab\there",
    "semi;colon=1",
    "😀.txt",
    " ",
    "x" * 300,
]


@pytest.mark.parametrize("name", NAMES)
def test_names_arrive(harness: ClientHarness, serve: Serve, name: str) -> None:
    """To a reader of either form; only line ends can but be written as what they are not."""
    server = serve(lambda exchange: exchange.send(STORED))

    harness.client("k", server.url).assistants.files.create(EVERY_BYTE, filename=name)

    (exchange,) = server.exchanges
    headers, body = part(exchange)
    plain, extended = sent_names(headers["Content-Disposition"])
    assert plain == name.replace("\r\n", "%0D%0A")
    assert extended in (None, name)
    assert body == EVERY_BYTE
    assert set(headers) == {"Content-Disposition", "Content-Type"}
    assert "x-evil" not in exchange.headers


def test_an_empty_name_is_sent(harness: ClientHarness, serve: Serve) -> None:
    """A part without `filename` would be no file to the reader."""
    server = serve(lambda exchange: exchange.send(STORED))

    harness.client("k", server.url).assistants.files.create(b"x", filename="")

    headers, _ = part(server.exchanges[0])
    assert headers["Content-Disposition"] == 'form-data; name="file"; filename=""'


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.txt", "text/plain"), ("A.JSON", "application/json"), ("a", "application/octet-stream")],
)
def test_the_media_type_follows_the_name(
    harness: ClientHarness, serve: Serve, name: str, kind: str
) -> None:
    """The one that is given, if one is."""
    server = serve(lambda exchange: exchange.send(STORED))

    harness.client("k", server.url).assistants.files.create(b"x", "assistant", filename=name)

    assert part(server.exchanges[0])[0]["Content-Type"] == kind


def test_an_open_file_is_sent_from_its_beginning(harness: ClientHarness, serve: Serve) -> None:
    """A buffer that was just written is at its end, and is sent from its beginning."""
    server = serve(lambda exchange: exchange.send(STORED))
    file = io.BytesIO()
    file.write("你好".encode())

    harness.client("k", server.url).assistants.files.create(file)

    assert part(server.exchanges[0])[1] == "你好".encode()


def in_chunks(exchange: Exchange) -> bytes:
    """The body of a request without a length, read from its socket."""
    data = exchange.body
    while not data.endswith(b"\r\n0\r\n\r\n"):
        data += exchange.sock.recv(65_536)
    body = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        body += data[: int(size, 16)]
        data = data[int(size, 16) + 2 :]
    return body


def piped(data: bytes) -> tuple[io.BufferedReader, threading.Thread]:
    """An open file that cannot seek, and the thread that fills it."""
    reading, writing = os.pipe()

    def fill() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(data)

    filler = threading.Thread(target=fill)
    filler.start()
    return os.fdopen(reading, "rb"), filler


def test_a_pipe(harness: ClientHarness, serve: Serve) -> None:
    """A body of unknown length goes out in chunks, and the total is None."""
    bodies: list[bytes] = []
    progress: list[tuple[int, int | None]] = []

    def script(exchange: Exchange) -> None:
        bodies.append(in_chunks(exchange))
        exchange.send(STORED)

    server = serve(script)
    pipe, filler = piped(b"x" * 300_000)
    with pipe:
        harness.client("k", server.url).assistants.files.create(
            pipe, progress=lambda *so_far: progress.append(so_far)
        )
    filler.join()

    assert b"\r\n\r\n" + b"x" * 300_000 + b"\r\n--" in bodies[0]
    assert b'filename="upload"' in bodies[0]
    assert "content-length" not in server.exchanges[0].headers
    assert progress[0] == (0, None)
    assert progress[-1] == (300_000, None)


def test_progress(harness: ClientHarness, serve: Serve) -> None:
    """From nothing to all, never back, with the total."""
    server = serve(lambda exchange: exchange.send(STORED))
    progress: list[tuple[int, int | None]] = []

    harness.client("k", server.url).assistants.files.create(
        b"x" * 1_000_000, progress=lambda sent, total: progress.append((sent, total))
    )

    sent = [count for count, _ in progress]
    assert sent[0] == 0
    assert sent[-1] == 1_000_000
    assert len(sent) > 3
    assert sent == sorted(set(sent))
    assert {total for _, total in progress} == {1_000_000}


def test_progress_of_an_empty_file(harness: ClientHarness, serve: Serve) -> None:
    """It is called once."""
    server = serve(lambda exchange: exchange.send(STORED))
    progress: list[Any] = []

    harness.client("k", server.url).assistants.files.create(
        b"", progress=lambda *s: progress.append(s)
    )

    assert progress == [(0, 0)]


def test_an_exception_of_progress_ends_the_upload(
    harness: ClientHarness, serve: Serve, tmp_path: Path
) -> None:
    """It reaches the caller as it is, the connection is closed, and so is the file."""
    stopped = threading.Event()

    def script(exchange: Exchange) -> None:
        raise AssertionError("the request is never whole")

    def stop(sent: int, total: int | None) -> None:
        if sent:
            stopped.set()
            raise KeyError("停")

    path = tmp_path / "a.bin"
    path.write_bytes(b"x" * 3_000_000)
    client = harness.client("k", serve(script).url)

    with pytest.raises(KeyError, match="停"):
        client.assistants.files.create(path, progress=stop)
    assert stopped.is_set()


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (lambda p: p / "没有.txt", FileNotFoundError, "no such file to upload"),
        (lambda p: str(p / "没有.txt"), FileNotFoundError, "没有.txt"),
        (lambda p: "", IsADirectoryError, "expected a file"),
        (lambda p: p, IsADirectoryError, "expected a file to upload, got a folder"),
        (lambda p: io.StringIO("x"), TypeError, 'open it with "rb"'),
        (lambda p: 5, TypeError, "got int"),
        (lambda p: None, TypeError, "got NoneType"),
        (lambda p: ["a"], TypeError, "got list"),
    ],
)
def test_files_that_cannot_be_sent(
    harness: ClientHarness, serve: Serve, tmp_path: Path, given: Any, error: Any, message: str
) -> None:
    """It is refused before a request is sent, and the error names the expected kinds."""
    server = serve(lambda exchange: exchange.send(STORED))
    client = harness.client("k", server.url)

    with pytest.raises(error, match=message):
        client.assistants.files.create(given(tmp_path))

    assert server.connections == 0


def test_open_files_that_cannot_be_sent(
    harness: ClientHarness, serve: Serve, tmp_path: Path
) -> None:
    """Closed, write-only or text, also behind a wrapper."""
    server = serve(lambda exchange: exchange.send(STORED))
    create = harness.client("k", server.url).assistants.files.create
    closed = io.BytesIO()
    closed.close()

    with pytest.raises(ValueError, match="closed file"):
        create(closed)
    with (tmp_path / "w").open("wb") as writing, pytest.raises(ValueError, match="file_path: "):
        create(writing)
    with (tmp_path / "w").open() as text, pytest.raises(TypeError, match="text mode"):
        create(text)
    with tempfile.NamedTemporaryFile("w+") as wrapped, pytest.raises(TypeError, match="text mode"):
        create(wrapped)

    assert server.connections == 0


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"filename": 5}, TypeError, "filename: expected a str"),
        ({"filename": "\udcff.txt"}, ValueError, "cannot be encoded in UTF-8"),
        ({"progress": 5}, TypeError, "progress: expected a plain function"),
    ],
)
def test_wrong_options(
    harness: ClientHarness, serve: Serve, options: Any, error: Any, message: str
) -> None:
    """As with any wrong use: before anything is sent."""
    server = serve(lambda exchange: exchange.send(STORED))

    with pytest.raises(error, match=message):
        harness.client("k", server.url).assistants.files.create(b"x", **options)

    assert server.connections == 0


def test_an_async_progress_is_refused(harness: ClientHarness) -> None:
    """It would never be awaited."""

    async def progress(sent: int, total: int | None) -> None:
        raise AssertionError

    with pytest.raises(TypeError, match="plain function"):
        harness.client("k", "http://127.0.0.1:9").assistants.files.create(b"", progress=progress)


def test_a_file_that_shrinks(harness: ClientHarness, serve: Serve, tmp_path: Path) -> None:
    """Its length was announced: what is missing cannot be made up."""
    path = tmp_path / "a.bin"
    path.write_bytes(b"x" * 2_000_000)

    def shrink(sent: int, total: int | None) -> None:
        if not sent:
            os.truncate(path, 600_000)

    server = serve(lambda exchange: None)

    with pytest.raises(OSError, match="ended after 600000 of the 2000000 bytes"):
        harness.client("k", server.url).assistants.files.create(path, progress=shrink)


def test_a_file_that_grows(harness: ClientHarness, serve: Serve, tmp_path: Path) -> None:
    """It is sent as long as it was when the upload began."""
    path = tmp_path / "a.bin"
    path.write_bytes(b"x" * 1000)

    def grow(sent: int, total: int | None) -> None:
        with path.open("ab") as file:
            file.write(b"y" * 1000)

    server = serve(lambda exchange: exchange.send(STORED))
    harness.client("k", server.url).assistants.files.create(path, progress=grow)

    assert part(server.exchanges[0])[1] == b"x" * 1000


LIMITED = answer({}, "429 Too Many Requests", retry_after="0")


@pytest.mark.parametrize("kind", ["path", "bytes", "file"])
def test_an_upload_is_sent_again_from_its_beginning(
    harness: ClientHarness, serve: Serve, tmp_path: Path, kind: str
) -> None:
    """After a 429, which says that nothing was stored."""
    answers = [LIMITED, STORED]
    server = serve(lambda exchange: exchange.send(answers.pop(0)))
    progress: list[int] = []
    file = source(kind, EVERY_BYTE, tmp_path)

    harness.client("k", server.url).assistants.files.create(
        file, progress=lambda n, _: progress.append(n)
    )

    assert [part(exchange)[1] for exchange in server.exchanges] == [EVERY_BYTE, EVERY_BYTE]
    assert progress == [0, len(EVERY_BYTE)] * 2
    if hasattr(file, "close"):
        file.close()


def test_a_pipe_is_not_sent_again(harness: ClientHarness, serve: Serve) -> None:
    """Its bytes are gone: better an error than half a file."""

    def script(exchange: Exchange) -> None:
        in_chunks(exchange)
        exchange.send(LIMITED)

    server = serve(script)
    pipe, filler = piped(b"x")
    with pipe, pytest.raises(RateLimitError):
        harness.client("k", server.url).assistants.files.create(pipe)
    filler.join()

    assert len(server.exchanges) == 1


@pytest.mark.parametrize(
    "sent", [answer({}, "503 Busy"), STORED[:-1], b""], ids=["503", "half an answer", "no answer"]
)
def test_an_upload_that_may_have_happened_is_not_sent_again(
    harness: ClientHarness, serve: Serve, sent: bytes
) -> None:
    """A file is not stored twice."""
    server = serve(lambda exchange: (exchange.send(sent), False)[1])

    with pytest.raises(AssistantsError):
        harness.client("k", server.url, retry=AT_ONCE).assistants.files.create(b"x")

    assert len(server.exchanges) == 1


def test_an_upload_without_a_server(harness: ClientHarness) -> None:
    """Not a byte was read: it is tried again, and then says where."""
    with pytest.raises(ApiConnectionError, match="no connection to"):
        harness.client("k", "http://127.0.0.1:9", retry=AT_ONCE).assistants.files.create(b"x")


def test_an_error_under_200(harness: ClientHarness, serve: Serve) -> None:
    """It is raised, as for every call."""
    error = answer({"error": {"code": "file_too_large", "message": "太大"}})
    server = serve(lambda exchange: exchange.send(error))

    with pytest.raises(ApiStatusError, match="太大"):
        harness.client("k", server.url).assistants.files.create(b"x")
