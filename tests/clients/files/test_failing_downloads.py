"""Downloads that are cut, refused or cancelled leave nothing behind."""

from __future__ import annotations

import asyncio
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from appbuilder_assistants import (
    ApiConnectionError,
    ApiStatusError,
    ApiTimeoutError,
    AsyncAppBuilder,
    NotFoundError,
    RateLimitError,
)
from appbuilder_assistants._files.download import Download

from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.files.downloads import DATA, NAMED, chunked, names, with_length
from tests.clients.interruption import cancelled_wherever_it_waits
from tests.clients.raw_server import PATIENCE, Exchange, answer, head

ERROR = {"error": {"code": "file_not_found", "message": "没有这个文件"}}
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
