"""Responses with a file, and the names in a folder."""

from __future__ import annotations

from pathlib import Path

from tests.clients.raw_server import head

DATA = bytes(range(256)) * 1000
TYPE = {"Content-Type": "image/png"}
NAMED = {**TYPE, "Content-Disposition": "attachment; filename=a.png"}


def with_length(data: bytes, **headers: str) -> bytes:
    return head("200 OK", {**NAMED, **headers, "Content-Length": str(len(data))}) + data


def chunked(data: bytes, size: int = 50_000) -> bytes:
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b""))
    return head("200 OK", {**NAMED, "Transfer-Encoding": "chunked"}) + body


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
