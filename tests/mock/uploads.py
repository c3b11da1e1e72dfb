"""Multipart bodies, written by hand where their bytes matter."""

from __future__ import annotations

from typing import Any

import httpx

from tests.mock.wire import Api

BOUNDARY = "边界".encode("gbk").hex()
MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
PURPOSE = {"purpose": "assistant"}


def part(content: bytes, *headers: str) -> bytes:
    """One part, its headers as they are given."""
    lines = "".join(f"{header}\r\n" for header in headers)
    return f"--{BOUNDARY}\r\n{lines}\r\n".encode() + content + b"\r\n"


def file_part(content: bytes, parameters: str) -> bytes:
    return part(content, f'Content-Disposition: form-data; name="file"{parameters}')


def closed(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def send(api: Api, body: Any, headers: dict[str, str] = MULTIPART) -> httpx.Response:
    return api.post("storage/files", content=body, headers=headers, params=PURPOSE)


def upload(api: Api, content: bytes, name: str = "说明.txt", *more: str) -> dict[str, Any]:
    """Store a file as httpx sends it; the answer."""
    files = {"file": (name, content, *more)}
    response = api.post("storage/files", files=files, params=PURPOSE)

    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer
