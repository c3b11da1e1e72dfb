"""A bad server: slow, silent, cut off, reset, refusing. Writes its URL; ends with its input.

    python -m tests.soak.server SEED

It behaves for requests that have the header X-Calm.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import struct
import sys
import threading
from contextlib import suppress
from typing import Any

from tests.clients.bodies import CHUNKED, RUN, STORED_FILE, STREAM, chunk
from tests.clients.raw_server import answer

SILENCE = 2.0
"""Seconds after which a silent server leaves as well."""

THREAD = {"id": "thread_1", "object": "thread", "created_at": 1, "metadata": {"名": "浸"}}
WAYS = ["at once"] * 6 + ["slow", "drip", "cut", "reset", "silent", "refuse", "late reset", "last"]

RESET = struct.pack("ii", 1, 0)
"""For SO_LINGER: closing resets the connection."""


def body_for(path: str, body: bytes) -> list[bytes]:
    """The answer, in the pieces that are sent."""
    if path.endswith("/content"):
        return [answer("文件".encode() * 50_000, content_type="text/plain")]
    if path.startswith("/v2/storage"):
        return [answer(STORED_FILE)]
    if path.startswith("/v2/threads/runs") and json.loads(body or b"{}").get("stream"):
        lines = STREAM.splitlines(keepends=True)
        return [CHUNKED, *(chunk(line) for line in lines), b"0\r\n\r\n"]
    return [answer(RUN if path.startswith("/v2/threads/runs") else THREAD)]


class Server:
    """Chooses for each request how it is answered."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while await self._one(reader, writer):
                pass
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection stays open."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *fields = head.strip().split("\r\n")
        headers = {name.lower(): value for name, value in (f.split(": ", 1) for f in fields)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        pieces = body_for(line.split(" ")[1], body)
        way = "at once" if "x-calm" in headers else self._random.choice(WAYS)
        pause = self._random.uniform(0.001, 0.03)
        if way == "slow":
            await asyncio.sleep(pause)
        elif way == "silent":
            with suppress(TimeoutError, asyncio.TimeoutError):
                await asyncio.wait_for(reader.read(1), SILENCE)
            return False
        elif way == "refuse":
            pieces = [answer({"error": {"message": "忙"}}, "503 Service Unavailable")]
        if way == "reset":
            return self._reset(writer)
        whole = b"".join(pieces)
        if way in ("cut", "late reset"):
            pieces = [whole[: self._random.randrange(1, len(whole))]]
        elif way == "drip":
            step = len(whole) // 5 + 1
            pieces = [whole[at : at + step] for at in range(0, len(whole), step)]
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            if way == "drip":
                await asyncio.sleep(pause / 5)
        if way == "late reset":
            return self._reset(writer)
        if way == "last":
            # The client takes the connection for idle, and perhaps in this very moment for its next
            # request.
            await asyncio.sleep(self._random.choice([0.0, pause / 10, pause]))
        return way not in ("cut", "last")

    def _reset(self, writer: asyncio.StreamWriter) -> bool:
        sock: Any = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        writer.transport.abort()
        return False


async def main(seed: int) -> None:
    server = await asyncio.start_server(Server(seed).serve, "127.0.0.1", 0, backlog=512)
    sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    over = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(over.set)

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    await over.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
