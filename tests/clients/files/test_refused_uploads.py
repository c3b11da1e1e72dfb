"""Files and options that are refused before a request is sent."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.files.uploads import STORED


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
