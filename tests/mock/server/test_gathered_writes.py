"""The writes of one connection are sent in few pieces, and completely."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from appbuilder_mock.server.gathered_writes import MOST_BYTES, MOST_TURNS, GatheredWrites


class Sent(asyncio.Transport):
    """A transport that records its calls."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[bytes | str] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.log.append(bytes(data))

    def close(self) -> None:
        self.log.append("closed")

    def abort(self) -> None:
        self.log.append("aborted")


async def turns() -> None:
    """More turns of the loop than anything waits."""
    for _ in range(MOST_TURNS + 2):
        await asyncio.sleep(0)


async def in_one_turn(writes: GatheredWrites) -> None:
    writes.write(b"head ")
    writes.write("正文".encode())


async def in_turns_on_end(writes: GatheredWrites) -> None:
    for number in range(5):
        writes.write(b"%d" % number)
        await asyncio.sleep(0)


async def with_a_pause(writes: GatheredWrites) -> None:
    writes.write(b"a")
    await turns()
    writes.write(b"b")


async def and_closed(writes: GatheredWrites) -> None:
    writes.write(b"a")
    writes.close()


async def and_aborted(writes: GatheredWrites) -> None:
    writes.write(b"a")
    writes.abort()


async def much(writes: GatheredWrites) -> None:
    writes.write(b"a")
    writes.write(b"b" * MOST_BYTES)
    writes.write(b"c")


@pytest.mark.parametrize(
    ("act", "log"),
    [
        (in_one_turn, ["head 正文".encode()]),
        (in_turns_on_end, [b"01234"]),
        (with_a_pause, [b"a", b"b"]),
        (and_closed, [b"a", "closed"]),
        (and_aborted, [b"a", "aborted"]),
        (much, [b"a" + b"b" * MOST_BYTES, b"c"]),
    ],
)
def test_pieces(act: Callable[[GatheredWrites], Awaitable[None]], log: list[bytes | str]) -> None:
    async def main() -> list[bytes | str]:
        sent = Sent()
        await act(GatheredWrites(sent))
        await turns()
        return sent.log

    assert asyncio.run(main()) == log


def test_a_stream_without_end_is_sent() -> None:
    """Each turn brings more; it does not wait for one that does not."""

    async def main() -> int:
        sent = Sent()
        writes = GatheredWrites(sent)
        for _ in range(10 * MOST_TURNS):
            writes.write(b"x")
            await asyncio.sleep(0)
        return len(sent.log)

    assert asyncio.run(main()) >= 9
