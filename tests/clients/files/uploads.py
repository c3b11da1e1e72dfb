"""Files to upload, and uploads as a server receives them."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.clients.bodies import STORED_FILE
from tests.clients.raw_server import Exchange, answer

STORED = answer(STORED_FILE)
EVERY_BYTE = bytes(range(256)) * 3 + b"\r\n--\r\n--x--"


def part(exchange: Exchange) -> tuple[dict[str, str], bytes]:
    """The headers and the bytes of the one part, by the boundary that was announced."""
    kind = exchange.headers["content-type"]
    _, _, boundary = kind.partition("multipart/form-data; boundary=")
    first, inside, last = exchange.body.partition(b"\r\n\r\n")
    assert first.startswith(f"--{boundary}\r\n".encode())
    del inside
    data = last.removesuffix(f"\r\n--{boundary}--\r\n".encode())
    assert len(data) < len(last)
    lines = first.decode().split("\r\n")[1:]
    return dict(line.split(": ", 1) for line in lines), data


def source(kind: str, data: bytes, folder: Path) -> Any:
    path = folder / "书.bin"
    path.write_bytes(data)
    makers: dict[str, Callable[[], Any]] = {
        "str": lambda: str(path),
        "path": lambda: path,
        "bytes": lambda: data,
        "bytearray": lambda: bytearray(data),
        "memory": lambda: memoryview(data),
        "BytesIO": lambda: io.BytesIO(data),
        "file": lambda: path.open("rb"),
        "raw file": lambda: path.open("rb", buffering=0),
    }
    return makers[kind]()


def in_chunks(exchange: Exchange) -> bytes:
    """The body of a request without a length, read from its socket."""
    data = exchange.body
    while not data.endswith(b"\r\n0\r\n\r\n"):
        data += exchange.sock.recv(65_536)
    body = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        body += data[: int(size, 16)]
        data = data[int(size, 16) + 2 :]
    return body


def piped(data: bytes) -> tuple[io.BufferedReader, threading.Thread]:
    """An open file that cannot seek, and the thread that fills it."""
    reading, writing = os.pipe()

    def fill() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(data)

    filler = threading.Thread(target=fill)
    filler.start()
    return os.fdopen(reading, "rb"), filler
