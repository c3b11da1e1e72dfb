"""The multipart reader, with bodies in chunks of any size."""

from __future__ import annotations

from typing import Any

import pytest
from appbuilder_mock.errors import MockApiError
from appbuilder_mock.uploads.multipart import Multipart, Part, boundary_of
from hypothesis import given, settings
from hypothesis import strategies as st

BODY = (
    "preamble\r\n--界\r\n".encode()
    + b'Content-Disposition: form-data; name="a"\r\n\r\n'
    + "\r\n--界".encode()[:-1]  # almost a boundary
    + "\r\n--界 \t\r\n".encode()
    + b'content-disposition:form-data;name="file";filename="\xe4\xb8\xad%22\\\\.txt"\r\n'
    + b"Content-Type: text/x\r\n\r\n"
    + "\r\n--界\r\n\r\nno headers\r\n--界--\r\n--界 is over".encode()
)
READ: list[Any] = [
    (Part("a", None, ""), "\r\n--界".encode()[:-1]),
    (Part("file", '中"\\.txt', "text/x"), b""),
    (Part("", None, ""), b"no headers"),
]


def read(*chunks: bytes) -> list[Any]:
    """Each part with its whole content."""
    parser = Multipart("界".encode())
    parts: list[Any] = []
    for chunk in chunks:
        for piece in parser.feed(chunk):
            if isinstance(piece, Part):
                parts.append((piece, b""))
            else:
                assert piece
                parts[-1] = (parts[-1][0], parts[-1][1] + piece)
    parser.finish()
    return parts


def test_any_cut() -> None:
    """Where the network cuts the body changes nothing."""
    for cut in range(len(BODY)):
        assert read(BODY[:cut], BODY[cut:]) == READ, cut


def test_byte_by_byte() -> None:
    """A body in chunks of one byte gives the same parts."""
    assert read(*(bytes([byte]) for byte in BODY)) == READ


def test_any_early_end() -> None:
    """A body without its last boundary is refused."""
    for end in range(BODY.rindex(b"--\r\n") + 2):
        with pytest.raises(MockApiError, match="before its last boundary"):
            read(BODY[:end])


@settings(derandomize=True, database=None, deadline=None)
@given(
    content=st.lists(st.sampled_from([b"\r", b"\n", b"-", "界".encode(), b"\xe7", b"a"])).map(
        b"".join
    ),
    size=st.integers(1, 9),
)
def test_content_that_looks_like_a_boundary(content: bytes, size: int) -> None:
    """Only a line end, two dashes and the boundary are one."""
    if "\r\n--界".encode() in b"\r\n--" + content:
        return  # what a client must not choose as its boundary
    if "\r\n--界".encode() in content:
        return
    body = "--界\r\n\r\n".encode() + content + "\r\n--界--".encode()

    [(_, received)] = read(*(body[at : at + size] for at in range(0, len(body), size)))
    assert received == content


def test_it_holds_little() -> None:
    """Content is handed on as it comes, but for what may be the beginning of a boundary."""
    parser = Multipart(b"b")
    begun = list(parser.feed(b"--b\r\n\r\n"))
    pieces = [piece for _ in range(100) for piece in parser.feed(b"a" * 1000)]
    handed = sum(len(piece) for piece in pieces if isinstance(piece, bytes))

    assert len(begun) == 1
    assert 100_000 - 5 <= handed <= 100_000


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ("multipart/form-data; boundary=abc", b"abc"),
        ('Multipart/Form-Data;charset=utf-8; Boundary="a b+(c)"', b"a b+(c)"),
        ("multipart/form-data; boundary=+++", b"+++"),
    ],
)
def test_the_boundary(content_type: str, boundary: bytes) -> None:
    """Quoted or not."""
    assert boundary_of(content_type) == boundary
