"""A hundred megabytes in either direction, in bounded memory."""

from __future__ import annotations

import socket
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from appbuilder_assistants._core.calls import NoReply, Reply
from appbuilder_assistants._core.multipart import MultipartBody
from appbuilder_assistants._files.upload import Upload

from tests.transport.harness import OnLoop, Threads, outgoing

MANY = 100 * 1024 * 1024
BOUND = 4 * 1024 * 1024
"""Bytes: pieces of a file (512 KiB), as they are read ahead, written and given to the socket, or a
chunk of 64 KiB as it is received and decompressed, and the buffers of the parser: with room to
spare."""

pytestmark = pytest.mark.slow


class Sink:
    """A server that counts the bytes of a request, and sends many or few."""

    def __init__(self, reply: int) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.received = 0
        self._reply = reply
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._thread.join()
        self.listener.close()

    def _serve(self) -> None:
        sock, _ = self.listener.accept()
        buffer = bytearray(64 * 1024)
        with sock:
            head = b""
            while b"\r\n\r\n" not in head:
                head += sock.recv(4096)
            head, _, body = head.partition(b"\r\n\r\n")
            [length] = [
                int(line.partition(b":")[2])
                for line in head.lower().split(b"\r\n")
                if line.startswith(b"content-length")
            ]
            self.received = len(body)
            while self.received < length:
                self.received += sock.recv_into(buffer)
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % self._reply)
            for at in range(0, self._reply, len(buffer)):
                sock.sendall(memoryview(buffer)[: self._reply - at])


@pytest.fixture
def peak() -> Iterator[list[int]]:
    """The largest allocation while the test has read it."""
    tracemalloc.start()
    yield [tracemalloc.get_traced_memory()[0]]
    tracemalloc.stop()


def test_down(transport: Threads | OnLoop, peak: list[int]) -> None:
    """A download is read in chunks."""
    server = Sink(MANY)
    reply = transport.send(outgoing(server.url, open_=True))
    assert isinstance(reply, Reply)
    size = 0
    while isinstance(chunk := transport.next(reply), bytes):
        size += len(chunk)
    transport.close_body(reply)
    server.close()

    assert chunk is None
    assert size == MANY
    assert tracemalloc.get_traced_memory()[1] - peak[0] < BOUND


def test_up(transport: Threads | OnLoop, peak: list[int], tmp_path: Path) -> None:
    """An upload is read from a file in pieces."""
    path = tmp_path / "大.bin"
    with path.open("wb") as file:
        file.truncate(MANY)
    server = Sink(2)
    with path.open("rb") as file:
        body = MultipartBody("file", Upload(file, path.name, None))
        outcome = transport.send(outgoing(server.url, body))
    server.close()

    assert not isinstance(outcome, NoReply), outcome.message
    assert server.received == body.length
    assert tracemalloc.get_traced_memory()[1] - peak[0] < BOUND
