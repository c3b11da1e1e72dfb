"""Uploads in other forms than the usual one: read, or refused with the reason."""

from __future__ import annotations

import contextlib
import http.client

import appbuilder_mock
import pytest

from tests.mock.uploads import closed, file_part, part, send
from tests.mock.wire import Api


@pytest.mark.parametrize(
    "content_type", ["", "application/json", "multipart/mixed; boundary=a", "text/plain"]
)
def test_an_upload_of_another_type(api: Api, content_type: str) -> None:
    """415 that names the right one."""
    response = send(api, closed(file_part(b"a", "")), {"Content-Type": content_type})

    assert response.status_code == 415
    assert "multipart/form-data" in response.json()["error"]["message"]


WHOLE = closed(file_part(b"a", ""))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "ends before its last boundary"),
        (WHOLE[:-4], "ends before its last boundary"),
        (b"nothing of the kind", "ends before its last boundary"),
        (closed(), "file: expected a value, got nothing"),
        (closed(part(b"a", 'Content-Disposition: form-data; name="other"')), "got nothing"),
        (closed(part(b"a")), "got nothing"),
        (closed(file_part(b"a", ""), file_part(b"b", "")), "expected one file, got several"),
        (WHOLE.replace(b"\r\n", b"x\r\n", 1), "not followed by a line end"),
        (WHOLE.replace(b"\r\n", b"-x\r\n", 1), "not followed by a line end"),
        (WHOLE.replace(b"\r\n", b" " * 2000 + b"\r\n", 1), "too much white space"),
        (closed(part(b"a", "X: " + "a" * 70_000)), "headers are longer than"),
        (WHOLE.replace(b"form-data", b"\xff"), "not UTF-8"),
        (closed(file_part(b"a", "; filename*=gbk''%CB%B5")), "UTF-8''name"),
        (closed(file_part(b"a", "; filename*=UTF-8''%FF")), "a name in UTF-8"),
        (closed(file_part(b"a", "; filename*=a.txt")), "UTF-8''name"),
    ],
)
def test_a_malformed_upload(api: Api, body: bytes, message: str) -> None:
    """400 that says what is wrong."""
    response = send(api, body)

    assert response.status_code == 400
    assert message in response.json()["error"]["message"]


@pytest.mark.parametrize(
    "boundary", ["", "; boundary=", "; boundary=" + "a" * 201, "; boundary=界"]
)
def test_a_wrong_boundary(api: Api, boundary: str) -> None:
    """400, whatever the body is."""
    headers = {"Content-Type": f"multipart/form-data{boundary}"}
    response = api.http.post(
        "/v2/storage/files",
        content=WHOLE,
        headers={key.encode(): value.encode() for key, value in headers.items()},
        params={"purpose": "assistant"},
    )

    assert response.status_code == 400
    assert "boundary" in response.json()["error"]["message"]


def test_other_parts_do_not_matter(api: Api) -> None:
    """Before and behind the file, with preamble and epilogue."""
    other = part(b"--" * 1000, 'Content-Disposition: form-data; name="x"; filename="x"')
    body = b"preamble\r\n" + closed(other, file_part(b"the file", ""), other) + b"epilogue"
    made = send(api, body).json()

    assert api.post("storage/files/content", {"file_id": made["id"]}).content == b"the file"


@pytest.mark.parametrize(
    ("token", "boundary", "status"), [("wrong", "b", 401), ("mock-token", "", 400)]
)
def test_a_large_upload_that_is_refused_at_once(
    server: appbuilder_mock.Running, token: str, boundary: str, status: int
) -> None:
    """The answer reaches a client that sends everything before it looks."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": f"multipart/form-data; boundary={boundary}",
    }
    with contextlib.closing(connection):
        connection.request(
            "POST", "/v2/storage/files?purpose=assistant", b"a" * 50_000_000, headers
        )

        assert connection.getresponse().status == status
