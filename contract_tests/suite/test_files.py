"""The whole life of files, and of their mounts on assistants."""

from __future__ import annotations

import re
import time
from email.message import Message
from typing import Any
from urllib.parse import unquote

import pytest

from contract_tests.client.client import CheckedClient
from contract_tests.spec.samples import only
from scripts.evidence import about

EVERY_BYTE = bytes(range(256)) * 400 + b"\r\n--\r\n"
NAME = "说明 第一份.txt"
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture
def assistant_id(client: CheckedClient) -> str:
    return str(client.call("createAssistant", {"name": "助手"})["id"])


@pytest.fixture
def file_id(client: CheckedClient) -> str:
    return str(client.upload(NAME, "你好世界".encode(), "text/plain")["id"])


@pytest.mark.live_safe
def test_file(client: CheckedClient) -> None:
    """A file is stored, listed, looked up, downloaded and deleted."""
    file = client.upload(NAME, EVERY_BYTE, "application/x-own")
    which = {"file_id": file["id"]}
    assert file["bytes"] == len(EVERY_BYTE)
    check_name(client, NAME, file["filename"])
    assert file["purpose"] == "assistant"
    queried = client.call("queryFile", which)
    known = {name: value for name, value in file.items() if name != "purpose"}
    assert {name: queried[name] for name in known} == known
    listed = only([one for one in client.call("listFiles", {})["data"] if one["id"] == file["id"]])
    assert {**listed, "purpose": ""} == {**queried, "purpose": ""}

    read = client.send("readFile", which)
    downloaded = client.send("downloadFile", which)
    assert read.content == downloaded.content == EVERY_BYTE
    for answer in (read, downloaded):
        assert answer.headers["content-type"] == ["application/x-own"]
    assert attachment_name(downloaded.headers["content-disposition"][0]) == file["filename"]

    gone = client.call("deleteFile", which)
    assert gone == {"id": file["id"], "object": "file.deleted", "deleted": True}
    for operation_id in ("queryFile", "readFile", "downloadFile", "deleteFile"):
        client.observe("deleted", operation_id, which, status=404)
    client.call("listFiles", {})  # deleted_is_gone looks for it there


@about("listFiles/x-order")
@pytest.mark.live_safe
def test_files_are_listed_oldest_first(client: CheckedClient) -> None:
    """Their times are seconds, so the second file is of another one."""
    first = client.upload("1.txt", b"1", "text/plain")
    time.sleep(1.05)
    second = client.upload("2.txt", b"2", "text/plain")
    assert second["create_at"] > first["create_at"]

    listed = [file["id"] for file in client.call("listFiles", {})["data"]]
    assert listed.index(first["id"]) < listed.index(second["id"])


@pytest.mark.live_safe
@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("空.bin", b"", "application/octet-stream"),
        ("天气.json", '{"城市": "北京"}'.encode(), "application/json"),
        ('a "quoted" name; x=y', b"x", "text/plain"),
        ("../上一层/100%.txt", b"x", "text/plain; charset=utf-8"),
    ],
    ids=["empty", "json", "quotes", "path"],
)
def test_any_file(client: CheckedClient, name: str, content: bytes, content_type: str) -> None:
    """The bytes come back as they were, and JSON that is a file is no error."""
    file = client.upload(name, content, content_type)
    which = {"file_id": file["id"]}

    check_name(client, name, file["filename"])
    assert file["bytes"] == len(content)
    assert client.send("readFile", which).content == content
    assert client.send("downloadFile", which).content == content


def test_plain_name_is_given_as_it_is(client: CheckedClient) -> None:
    """A plain name is in `filename`, too, as not every client reads `filename*`."""
    file = client.upload("note-1.txt", b"x", "text/plain")
    assert file["filename"] == "note-1.txt"
    downloaded = client.send("downloadFile", {"file_id": file["id"]})
    disposition = Message()
    disposition["content-disposition"] = downloaded.headers["content-disposition"][0]

    assert disposition.get_content_disposition() == "attachment"
    assert disposition.get_param("filename", header="content-disposition") == "note-1.txt"


@about("createFile?purpose/x-default")
@pytest.mark.live_safe
@pytest.mark.parametrize("purpose", ["test", "测试", "", None])
def test_any_purpose(client: CheckedClient, purpose: str | None) -> None:
    """A word of the caller's is kept; without one a file is for assistants.

    Lists were printed with the empty text, so whether they have the word is not known.
    """
    query = {} if purpose is None else {"purpose": purpose}
    file = client.call("createFile", {"file": b"x"}, query=query)
    assert purpose == "" or file["purpose"] == (purpose or "assistant")

    listed = only([one for one in client.call("listFiles", {})["data"] if one["id"] == file["id"]])
    assert listed["purpose"] in (file["purpose"], "")
    if file["purpose"]:
        client.observations.note("listed-purpose", "kept" if listed["purpose"] else "empty")


@about("CreateFileRequest.file/required")
@pytest.mark.live_safe
def test_refused_file(client: CheckedClient) -> None:
    """Without the part nothing is stored."""
    before = client.call("listFiles", {})
    for body in ({}, {"other": b"x"}):
        client.call("createFile", body, status=400)
    client.call("deleteFile", {"file_id": "file-0"}, status=404)

    assert client.call("listFiles", {}) == before


@pytest.mark.live_safe
def test_mount(client: CheckedClient, assistant_id: str, file_id: str) -> None:
    """Mounted twice it is there once; unmounted, the file itself stays."""
    which = {"assistant_id": assistant_id}
    both = {**which, "file_id": file_id}
    mounted = client.call("mountAssistantFile", both)
    assert (mounted["id"], mounted["assistant_id"]) == (file_id, assistant_id)
    assert client.call("listMountedFiles", which)["data"] == [mounted]
    client.observe("mounts", "mountAssistantFile", both, status=200)
    again = client.call("listMountedFiles", which)
    client.check_unchanged("mounts", {"data": again["data"]}, {"data": [mounted]})

    gone = client.call("unmountAssistantFile", both)
    assert gone == {"id": file_id, "object": "assistant.file.deleted", "deleted": True}
    assert client.call("listMountedFiles", which)["data"] == []
    client.observe("mounts", "unmountAssistantFile", both, status=404)
    assert client.call("queryFile", {"file_id": file_id})["id"] == file_id


@pytest.mark.live_safe
def test_deleted_is_no_longer_mounted(
    client: CheckedClient, assistant_id: str, file_id: str
) -> None:
    which = {"assistant_id": assistant_id}
    client.call("mountAssistantFile", {**which, "file_id": file_id})
    client.call("deleteFile", {"file_id": file_id})

    still_mounted = client.call("listMountedFiles", which)["data"]
    client.check_unchanged("mounts", {"data": still_mounted}, {"data": []})


@pytest.mark.live_safe
def test_refused_mount(client: CheckedClient, assistant_id: str, file_id: str) -> None:
    """Both ids are looked up, and a refusal leaves the mounts unchanged."""
    which = {"assistant_id": assistant_id}
    both = {**which, "file_id": file_id}
    client.call("mountAssistantFile", both)
    before: dict[str, Any] = client.call("listMountedFiles", which)
    for operation_id in ("mountAssistantFile", "unmountAssistantFile"):
        client.observe("mounts", operation_id, {**both, "file_id": "file-0"}, status=404)
        client.call(operation_id, {**both, "assistant_id": "asst_0"}, status=404)
        client.call(operation_id, {**both, "file_id": ""}, status=400)

    client.check_unchanged("mounts", client.call("listMountedFiles", which), before)


def check_name(client: CheckedClient, sent: str, got: str) -> None:
    """The whole name is kept, or the name without Chinese: other losses are an open question."""
    assert got == sent or not CHINESE.search(got), f"sent the name {sent!r}, got {got!r}"
    if CHINESE.search(sent):
        client.observations.note("file-names", "kept" if got == sent else "sanitized")


def attachment_name(content_disposition: str) -> str:
    """The name in `filename*`, which has it exactly, or else in `filename`."""
    kind, *parameters = content_disposition.split("; ")
    assert kind == "attachment"
    names = dict(one.split("=", 1) for one in parameters)
    if "filename*" in names:
        return unquote(names["filename*"].removeprefix("UTF-8''"), errors="strict")
    return names["filename"].strip('"')
