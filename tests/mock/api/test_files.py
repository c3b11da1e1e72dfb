"""Files: their bytes and names come back as they were sent."""

from __future__ import annotations

import re
import time
from urllib.parse import unquote

import appbuilder_mock
import pytest

from tests.mock.uploads import closed, file_part, part, send, upload
from tests.mock.wire import Api


def test_a_file(api: Api) -> None:
    """Queries and lists know more of it than the answer to the upload."""
    content = "你好世界".encode()
    made = upload(api, content, "说明 1.TXT")
    queried = api.ok("storage/files/query", file_id=made["id"])

    assert re.fullmatch("file-[0-9]{15}", made["id"])
    assert set(made) == {
        *("id", "bytes", "object", "purpose", "create_at", "filename", "classification_id")
    }
    assert (made["bytes"], made["object"], made["purpose"]) == (12, "file", "assistant")
    assert made["filename"] == "1.TXT"
    assert abs(made["create_at"] - time.time()) < 600  # in seconds
    assert made["classification_id"] == "42685563"
    assert queried == {**made, "censored": 1, "file_type": "document"}
    image = upload(api, b"", "图.png", "image/png")
    assert api.ok("storage/files/query", file_id=image["id"])["file_type"] == "image"


def test_a_list_of_files() -> None:
    """All of them, oldest first, in two fields."""
    with appbuilder_mock.running() as server, Api(server.url, server.token) as api:
        none = api.ok("storage/files/list")
        ids = [upload(api, b"", f"{number}.pdf")["id"] for number in range(25)]
        listed = api.ok("storage/files/list")

    assert none == {"object": "list", "data": []}
    assert [file["id"] for file in listed["data"]] == ids
    assert {file["file_type"] for file in listed["data"]} == {"document"}
    assert set(listed) == {"object", "data"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\r\n",
        b"--",
        b"\r\n--",
        bytes(range(256)) * 5,
        "汉字🌏".encode("utf-16"),
        b"\x00" * 1_000_000,
        bytes(range(251)) * 4000,
    ],
    ids=["empty", "line", "dashes", "almost", "all", "utf16", "nulls", "pieces"],
)
def test_any_bytes(api: Api, content: bytes) -> None:
    """Both ways of reading them."""
    made = upload(api, content)
    where = {"file_id": made["id"]}
    downloaded = api.post("storage/files/download", where)
    read = api.post("storage/files/content", where)

    assert made["bytes"] == len(content)
    assert downloaded.content == read.content == content
    assert downloaded.headers["content-length"] == str(len(content))
    assert downloaded.headers["content-type"] == read.headers["content-type"] == "text/plain"
    assert "content-disposition" not in read.headers
    assert downloaded.headers["x-appbuilder-request-id"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("note-1.txt", "note-1.txt"),
        ("说明 1.txt", "1.txt"),
        ("电子发票.pdf", "pdf"),
        ("说明", "file"),
        ("", "file"),
        ("../../etc/passwd", "etc_passwd"),
        ("a  b\tc.txt", "a_b_c.txt"),
        ("ﬁle①.txt", "file1.txt"),
        ('a";x=b\r\n.txt', "axb_.txt"),
        (".hidden_", "hidden"),
    ],
)
def test_a_name_is_sanitized(api: Api, name: str, kept: str) -> None:
    """As documented: Chinese characters, controls and slashes go; two names may become one."""
    made = upload(api, b"a", name)
    downloaded = api.post("storage/files/download", {"file_id": made["id"]})

    assert made["filename"] == kept
    assert name_in(downloaded.headers["content-disposition"]) == kept


NAMES = [
    "note.txt",
    "说明 书.docx",
    'say "hi".txt',
    "it's.txt",
    "../../etc/passwd",
    "..\\up.txt",
    "a\\",
    "100%.csv",
    "a;b=c, d.txt",
    "line\r\nSet-Cookie: a=b\r\n.txt",
    "tab\tnull\x00.txt",
    "🌏.png",
    " space ",
    "长" * 300,
    "",
]


@pytest.mark.parametrize("name", NAMES)
def test_any_name(keeps_names: Api, name: str) -> None:
    """As httpx writes it; it comes back in the object and in the header, and adds no header."""
    made = upload(keeps_names, b"a", name)
    downloaded = keeps_names.post("storage/files/download", {"file_id": made["id"]})

    assert made["filename"] == name
    assert name_in(downloaded.headers["content-disposition"]) == name
    # The name after the last `filename=` stays in its folder, for simple clients.
    assert "/" not in downloaded.headers["content-disposition"].rpartition("filename=")[2]
    assert "set-cookie" not in downloaded.headers


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("", ""),  # no filename at all
        ('; filename=""', ""),
        ("; filename=bare.txt", "bare.txt"),
        ('; filename="说明.txt"', "说明.txt"),
        ('; filename="a\\\\b\\"c.txt"', 'a\\b"c.txt'),  # as curl writes it
        ('; filename="C:\\dir\\"', "C:\\dir\\"),  # as a browser writes it
        ('; filename="a%22b%0D%0a.txt"', 'a"b\r\n.txt'),
        ('; filename="a%20b%E8.txt"', "a%20b%E8.txt"),  # forms do not write these so
        ("; filename=\"x\"; filename*=UTF-8''%E8%AF%B4%2222.txt", '说"22.txt'),
        ("; filename*=utf-8'zh'a%2522b; filename=\"x\"", "a%22b"),
        ('; FileName="a;b.txt" ; other=1', "a;b.txt"),
    ],
)
def test_a_name_as_others_write_it(keeps_names: Api, written: str, name: str) -> None:
    """Browsers, curl, and RFC 8187."""
    made = send(keeps_names, closed(file_part(b"a", written))).json()

    assert made["filename"] == name


@pytest.mark.parametrize(
    ("name", "given", "content_type"),
    [
        ("a.json", None, "application/json"),
        ("a.png", "image/webp", "image/webp"),
        ("a.txt", "text/plain; charset=gbk", "text/plain; charset=gbk"),
        ("a.nothing", None, "application/octet-stream"),
        ("a.csv", "nonsense", "text/csv"),
        ("a.csv", "text/html\x00", "text/csv"),
    ],
)
def test_a_content_type(api: Api, name: str, given: str | None, content_type: str) -> None:
    """The part's own, or what the name suggests."""
    headers = [f'Content-Disposition: form-data; name="file"; filename="{name}"']
    headers += [f"Content-Type: {given}"] if given else []
    made = send(api, closed(part(b"{}", *headers))).json()
    read = api.post("storage/files/content", {"file_id": made["id"]})

    assert read.headers["content-type"] == content_type


def test_a_deleted_file(api: Api) -> None:
    """Every later look-up is a 404, and no assistant has it any longer."""
    file_id = upload(api, b"a")["id"]
    assistants = [api.assistant() for _ in range(2)]
    for assistant_id in assistants:
        api.ok("assistants/files", assistant_id=assistant_id, file_id=file_id)
    deleted = api.ok("storage/files/delete", file_id=file_id)

    assert deleted == {"id": file_id, "object": "file.deleted", "deleted": True}
    for path in ("query", "delete", "download", "content"):
        error = api.error(f"storage/files/{path}", 404, file_id=file_id)
        assert (error["code"], error["param"]) == ("file_not_found", "file_id")
    assert file_id not in {file["id"] for file in api.ok("storage/files/list")["data"]}
    for assistant_id in assistants:
        assert api.ok("assistants/files/list", assistant_id=assistant_id)["data"] == []


@pytest.mark.parametrize(
    ("parameters", "purpose"),
    [({}, "assistant"), ({"purpose": ""}, "assistant"), ({"purpose": "测试"}, "测试")],
)
def test_any_purpose(api: Api, parameters: dict[str, str], purpose: str) -> None:
    """A word of the caller's; without one a file is for assistants."""
    made = api.post("storage/files", files={"file": b"a"}, params=parameters).json()

    assert made["purpose"] == purpose
    assert api.ok("storage/files/query", file_id=made["id"])["purpose"] == purpose


def name_in(disposition: str) -> str:
    """The name in a Content-Disposition, by the rules of RFC 6266: `filename*` wins."""
    kind, *parameters = disposition.split("; ")
    names = dict(parameter.split("=", 1) for parameter in parameters)

    assert kind == "attachment"
    if "filename*" in names:
        charset, _, written = names["filename*"].split("'")
        assert charset == "UTF-8"
        return unquote(written, errors="strict")
    return names["filename"].strip('"')
