"""Uploads over a real socket: every byte and every name."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.clients.bodies import STORED_FILE
from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.files.uploads import EVERY_BYTE, STORED, in_chunks, part, piped, source
from tests.clients.raw_server import Exchange


def sent_names(disposition: str) -> tuple[str, str | None]:
    """The name for a reader of quoted texts, and the name for one of `filename*`."""
    quoted = re.search(r'; filename="((?:[^"\\]|\\.)*)"', disposition)
    assert quoted is not None
    extended = re.search(r"; filename\*=UTF-8''([^; ]*)", disposition)
    plain = re.sub(r"\\(.)", r"\1", quoted[1])
    return plain, extended and unquote(extended[1], errors="strict")


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
    assert stored.to_dict() == STORED_FILE
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


def test_a_pipe(harness: ClientHarness, serve: Serve) -> None:
    """A body of unknown length is sent in chunks, and the total is None."""
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
