"""Compressed bodies: unpacked from chunks of any size, in pieces of bounded size, to their end."""

from __future__ import annotations

import gzip
import random
import zlib
from collections.abc import Callable

import pytest
from appbuilder_assistants._transport.protocols import TransportFailure
from appbuilder_assistants._transport.unpack import PIECE, Unpacker

TEXT = "秦始皇统一六国。".encode() * 20_000
RANDOM = random.Random(7).randbytes(3 * PIECE + 5)


def bare(data: bytes) -> bytes:
    """Deflate without the header that HTTP asks for, as some servers send it."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


CODINGS: dict[str, tuple[str | None, Callable[[bytes], bytes]]] = {
    "none": (None, bytes),
    "gzip": ("gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "deflate without a header": ("deflate", bare),
}


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def unpack(coding: str | None, chunks: list[bytes]) -> list[bytes]:
    unpacker = Unpacker(coding)
    pieces = [piece for chunk in chunks for piece in unpacker.feed(chunk)]
    unpacker.finish()
    return pieces


@pytest.mark.parametrize("size", [1, 2, 3, 1_000, PIECE - 1, PIECE, PIECE + 1, 1 << 30])
@pytest.mark.parametrize("data", [TEXT, RANDOM[: PIECE + 1], b"a"], ids=["text", "random", "one"])
@pytest.mark.parametrize("name", CODINGS)
def test_every_cut(name: str, data: bytes, size: int) -> None:
    """The same bytes come out, in pieces that are not larger than allowed."""
    coding, pack = CODINGS[name]
    pieces = unpack(coding, cut(pack(data), size))

    assert b"".join(pieces) == data
    assert coding is None or max(map(len, pieces)) <= PIECE


@pytest.mark.parametrize("length", [PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 100 * PIECE])
@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_sizes_around_a_piece(coding: str, length: int) -> None:
    """Nothing is left inside when a piece is full and all bytes have been taken in."""
    pack = gzip.compress if coding == "gzip" else zlib.compress

    assert b"".join(unpack(coding, [pack(bytes(length))])) == bytes(length)


@pytest.mark.parametrize("name", [name for name in CODINGS if name != "none"])
def test_bodies_that_break_off(name: str) -> None:
    """A body that lacks its end is an error, wherever it was cut; an empty one is empty."""
    coding, pack = CODINGS[name]
    packed = pack("秦始皇".encode())

    assert unpack(coding, []) == []
    assert unpack(coding, [b""]) == []
    for end in range(1, len(packed)):
        with pytest.raises(TransportFailure):
            unpack(coding, [packed[:end]])


def test_bytes_behind_the_end() -> None:
    """Bytes behind the end of the compressed data are ignored."""
    assert b"".join(unpack("gzip", [gzip.compress(b"a") + b"b", b"c"])) == b"a"


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_body_that_is_not_compressed(coding: str) -> None:
    """An uncompressed body with a Content-Encoding is an error."""
    with pytest.raises(TransportFailure):
        unpack(coding, [b'{"id": "run_1"}'])
