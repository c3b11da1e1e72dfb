"""Defects of the official SDK's files, fixed: one test for each of them, named after it."""

from __future__ import annotations

from pathlib import Path

import pytest
from appbuilder_assistants import ApiStatusError, AuthenticationError
from appbuilder_assistants._files.download import Download

from tests.clients.client_harness import ClientHarness
from tests.clients.conftest import AT_ONCE, Serve
from tests.clients.official_defects.test_calls import REFUSAL
from tests.clients.raw_server import answer, head


def test_a_401_during_content_reported_as_filenotfounderror(
    harness: ClientHarness, serve: Serve, tmp_path: Path
) -> None:
    """Each call with a wrong token raises AuthenticationError."""
    server = serve(lambda exchange: exchange.send(REFUSAL))
    assistants = harness.client("k", server.url).assistants

    for call in (
        lambda: assistants.files.content("f"),
        lambda: assistants.files.download("f", tmp_path),
        lambda: assistants.mount_files("a", "f"),
        lambda: assistants.unmount_files("a", "f"),
    ):
        with pytest.raises(AuthenticationError, match="APPBUILDER_TOKEN") as caught:
            call()
        assert not isinstance(caught.value, OSError)

    # One request each: nothing is looked up first.
    assert len(server.exchanges) == 4


@pytest.mark.parametrize("given", ["{folder}", "{folder}/"])
def test_a_download_written_outside_its_folder(
    harness: ClientHarness, serve: Serve, tmp_path: Path, given: str
) -> None:
    """It is in the folder, whatever the server calls it, with or without a slash."""
    folder = tmp_path / "下载"
    folder.mkdir()
    disposition = "attachment; filename=../../../etc/说明.txt".encode().decode("latin-1")
    top = head("200 OK", {"Content-Disposition": "@", "Content-Length": "1"})
    server = serve(
        lambda exchange: exchange.send(top.replace(b"@", disposition.encode("latin-1")) + b"x")
    )
    files = harness.client("k", server.url).assistants.files

    path = files.download("f", given.format(folder=folder))

    assert path == folder / "说明.txt"
    assert [one.name for one in tmp_path.rglob("*")] == ["下载", "说明.txt"]


@pytest.mark.parametrize("status", ["200 OK", "401 Unauthorized", "502 Bad Gateway"])
def test_an_error_body_saved_as_the_file(
    harness: ClientHarness, serve: Serve, tmp_path: Path, status: str
) -> None:
    """It is raised; there is no file, and no content."""
    body = {"error": {"code": "file_not_found", "message": "没有"}}
    for named in ({}, {"content_disposition": "attachment; filename=a.json"}):
        server = serve(lambda exchange, n=named: exchange.send(answer(body, status, **n)))
        files = harness.client("k", server.url, retry=AT_ONCE).assistants.files

        with pytest.raises(ApiStatusError, match="file_not_found"):
            files.download("f", tmp_path)
        with pytest.raises(ApiStatusError, match="file_not_found"):
            files.content("f")

    assert list(tmp_path.iterdir()) == []


def test_1_byte_download_chunks(
    harness: ClientHarness, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is written in large pieces, and never held as a whole."""
    data = bytes(range(256)) * 16_000
    sent = answer(data, content_disposition="attachment; filename=a", content_type="image/png")
    server = serve(lambda exchange: exchange.send(sent))
    sizes: list[int] = []
    write = Download.write

    def noted(target: Download, piece: bytes) -> None:
        sizes.append(len(piece))
        write(target, piece)

    monkeypatch.setattr(Download, "write", noted)
    path = harness.client("k", server.url).assistants.files.download("f", tmp_path)

    assert path.read_bytes() == data
    assert sum(sizes) == len(data)
    assert len(data) / len(sizes) > 10_000
    assert max(sizes) < len(data) / 4
