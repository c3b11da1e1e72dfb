"""The body of an upload, as every reader of forms must understand it."""

from __future__ import annotations

import io

import pytest
from appbuilder_assistants._core.multipart import MultipartBody, file_name
from appbuilder_assistants._files.upload import Upload, uploading


def form(name: str, data: bytes = b"") -> MultipartBody:
    return MultipartBody("file", Upload(io.BytesIO(data), name, None), boundary="B")


def test_the_whole_body() -> None:
    """One part with its name and type, between boundaries; its length is known beforehand."""
    body = form("说明.txt", b"\r\n--B--\r\n")

    whole = body.head + b"\r\n--B--\r\n" + body.tail
    assert whole == (
        b"--B\r\n"
        b'Content-Disposition: form-data; name="file"; filename="\xe8\xaf\xb4\xe6\x98\x8e.txt"\r\n'
        b"Content-Type: text/plain\r\n\r\n"
        b"\r\n--B--\r\n"
        b"\r\n--B--\r\n"
    )
    assert body.length == len(whole)
    assert body.content_type == "multipart/form-data; boundary=B"


def test_boundaries_are_random() -> None:
    """No file can be made to hold the boundary of its own upload."""
    with uploading(b"") as file:
        boundaries = {MultipartBody("file", file).boundary for _ in range(100)}

    assert len(boundaries) == 100
    assert {len(boundary) for boundary in boundaries} == {32}


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a.txt", 'filename="a.txt"'),
        ("", 'filename=""'),
        ("说明 书.txt", 'filename="说明 书.txt"'),
        ("../../etc/passwd", 'filename="../../etc/passwd"'),
        ("a;b=c.txt", 'filename="a;b=c.txt"'),
        ("tab\there", 'filename="tab\there"'),
        ('说"明"', r"""filename*=UTF-8''%E8%AF%B4%22%E6%98%8E%22; filename="说\"明\"" """),
        ("a\r\nX: 1", r"""filename*=UTF-8''a%0D%0AX%3A%201; filename="a%0D%0AX: 1" """),
        ("100%22", r"""filename*=UTF-8''100%2522; filename="100%22" """),
        ("a\\b\\", r"""filename*=UTF-8''a%5Cb%5C; filename="a\\b\\" """),
        ("\x00\x7f", r"""filename*=UTF-8''%00%7F; filename="%00%7F" """),
    ],
)
def test_names(name: str, written: str) -> None:
    """A plain name is kept; an ambiguous or unquotable one has an exact form as well."""
    assert file_name(name) == written.rstrip(" ")
