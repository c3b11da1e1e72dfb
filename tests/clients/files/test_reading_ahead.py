"""Files that one thread reads ahead of the sending."""

from __future__ import annotations

import asyncio
import io
import socket
import threading
import time
from pathlib import Path

import pytest
from appbuilder_assistants import ApiStatusError, AsyncAppBuilder, RetryPolicy
from appbuilder_assistants._files.upload import PIECE, Upload
from appbuilder_assistants._transport.blocking import AHEAD, read_ahead

from tests.clients.bodies import STORED_FILE
from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, answer
from tests.transports import in_use

ONCE = RetryPolicy(attempts=1)
STORED = answer(STORED_FILE)


class Recorded(io.BytesIO):
    """A file in memory that is taken for one that may block, and remembers its readers."""

    def __init__(self, pieces: int, seconds: float = 0.0) -> None:
        super().__init__(b"x" * PIECE * pieces)
        self.seconds = seconds
        self.threads: set[threading.Thread] = set()
        self.reads = 0
        self.is_reading = False

    def read(self, size: int | None = -1) -> bytes:
        if not size:
            return b""
        self.threads.add(threading.current_thread())
        self.reads += 1
        self.is_reading = True
        time.sleep(self.seconds)
        self.is_reading = False
        return super().read(size)


class Wrapped:
    """A file object of no known class."""

    def __init__(self, file: io.BytesIO) -> None:
        self.read, self.seek, self.seekable = file.read, file.seek, file.seekable


def test_one_thread_reads_a_file(serve: Serve) -> None:
    """One thread reads all pieces of a file, and ends."""
    server = serve(lambda exchange: exchange.send(STORED))
    file = Recorded(20)

    async def main() -> None:
        async with AsyncAppBuilder("k", server.url, retry=ONCE) as client:
            await client.assistants.files.create(Wrapped(file), filename="a.txt")  # type: ignore[arg-type]

    asyncio.run(main())

    assert len(file.threads) == 1
    for thread in file.threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_it_is_few_pieces_ahead() -> None:
    """The thread is at most a few pieces ahead of the consumer, and stops once it is closed."""
    file = Recorded(20)

    async def main() -> None:
        pieces = read_ahead(lambda: file.read(PIECE))
        for taken in range(1, 6):
            await anext(pieces)
            await asyncio.sleep(0.02)
            assert file.reads <= taken + AHEAD
        await pieces.aclose()

    asyncio.run(main())
    [thread] = file.threads
    thread.join(PATIENCE)

    assert not thread.is_alive()
    assert file.reads <= 5 + AHEAD


def test_an_exception_of_reading() -> None:
    """The exception reaches the consumer behind the pieces that were read."""
    results = iter([b"a", b"b"])

    async def main() -> list[bytes]:
        pieces = read_ahead(lambda: next(results, None) or fail())
        taken = [await anext(pieces), await anext(pieces)]
        with pytest.raises(OSError, match="坏"):
            await anext(pieces)
        return taken

    assert asyncio.run(main()) == [b"a", b"b"]


def fail() -> bytes:
    raise OSError("坏")


def test_an_earlier_attempt_reads_no_more(tmp_path: Path) -> None:
    """Pieces that it read would be missing in the next attempt."""
    path = tmp_path / "文件"
    path.write_bytes(b"a" * PIECE + b"b" * PIECE)
    with path.open("rb") as file:
        upload = Upload(file, "a.txt", None)
        first = upload.rewind()
        assert first() == b"a" * PIECE
        second = upload.rewind()

        with pytest.raises(ValueError, match="from its beginning"):
            first()
        assert [second(), second(), second()] == [b"a" * PIECE, b"b" * PIECE, b""]


def test_a_file_that_was_refused_can_be_sent_again() -> None:
    """The server answers before it has the file; no thread reads the file when the call returns."""
    if in_use() == "httpx":
        pytest.skip("httpx reads an answer once it has sent the file")
    listener = socket.create_server(("127.0.0.1", 0))
    file = Recorded(200, 0.3)

    def refuse() -> None:
        refusal = answer({"error": "大"}, "413 Payload Too Large")
        for least, reply in ((PIECE, refusal), (1, STORED)):
            sock, _ = listener.accept()
            socks.append(sock)
            received = 0
            while received < least:
                received += len(sock.recv(65_536))
            sock.sendall(reply)

    async def main() -> None:
        async with AsyncAppBuilder("k", url, retry=ONCE, deadline=PATIENCE) as client:
            with pytest.raises(ApiStatusError):
                await client.assistants.files.create(Wrapped(file), filename="a.txt")  # type: ignore[arg-type]
            assert not file.is_reading
            # On another connection: the first one still waits for the rest of the file.
            assert (await client.assistants.files.query("f")).id == "f"

    socks: list[socket.socket] = []
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = threading.Thread(target=refuse, daemon=True)
    server.start()
    try:
        asyncio.run(main())
    finally:
        for sock in (listener, *socks):
            sock.close()

    assert 1 < file.reads < 200
