"""The progress of uploads."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import Serve
from tests.clients.files.uploads import STORED
from tests.clients.raw_server import Exchange


def test_progress(harness: ClientHarness, serve: Serve) -> None:
    """From nothing to all, never back, with the total."""
    server = serve(lambda exchange: exchange.send(STORED))
    progress: list[tuple[int, int | None]] = []

    harness.client("k", server.url).assistants.files.create(
        b"x" * 2_000_000, progress=lambda sent, total: progress.append((sent, total))
    )

    sent = [count for count, _ in progress]
    assert sent[0] == 0
    assert sent[-1] == 2_000_000
    assert len(sent) > 3
    assert sent == sorted(set(sent))
    assert {total for _, total in progress} == {2_000_000}


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
