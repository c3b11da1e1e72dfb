"""multipart/form-data, as it arrives: bytes in, pieces of parts out. Pure, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from appbuilder_mock.errors import MockApiError, invalid
from appbuilder_mock.uploads.file_names import decoded_extended, decoded_form

LONGEST_HEADERS = 64 * 1024  # bytes of one part's headers
LONGEST_PADDING = 1024  # bytes of white space behind a boundary


@dataclass(frozen=True)
class Part:
    """The beginning of a part. `filename` is None where the part has none."""

    name: str
    filename: str | None
    content_type: str


Piece = Part | bytes  # a part begins, or continues


def boundary_of(content_type: str) -> bytes:
    """The boundary that a request's Content-Type names. Raises MockApiError, 415 or 400."""
    header = Message()
    header["Content-Type"] = content_type
    if not content_type or header.get_content_type() != "multipart/form-data":
        raise MockApiError(
            415,
            "unsupported_media_type",
            f"expected a body of type multipart/form-data, got {content_type or 'none'}",
        )
    boundary = str(header.get_param("boundary") or "")
    if not boundary or not boundary.isascii() or len(boundary) > 200:
        raise invalid("Content-Type: expected a boundary of 1 to 200 ASCII characters")
    return boundary.encode()


class Multipart:
    """A body that is fed in chunks of any size."""

    def __init__(self, boundary: bytes) -> None:
        self._delimiter = b"\r\n--" + boundary
        # The first boundary has no line end of its own before it when the body begins with it.
        self._buffer = b"\r\n"
        self._step = self._preamble

    def feed(self, chunk: bytes) -> Iterator[Piece]:
        """The pieces that this chunk completes. Raises MockApiError."""
        self._buffer += chunk
        while True:
            before = (self._step, len(self._buffer))
            piece = self._step()
            if piece is not None:
                yield piece
            elif before == (self._step, len(self._buffer)):
                return

    def finish(self) -> None:
        """The body has ended. Raises MockApiError when that was too early."""
        if self._step != self._epilogue:
            raise invalid("the multipart body ends before its last boundary")

    def _preamble(self) -> Piece | None:
        found = self._buffer.find(self._delimiter)
        if found < 0:
            self._keep(len(self._delimiter) - 1)
            return None
        self._drop(found + len(self._delimiter))
        self._step = self._boundary_end
        return None

    def _boundary_end(self) -> Piece | None:
        """Behind a boundary: `--` ends the body, a line end begins a part's headers."""
        rest = self._buffer.lstrip(b" \t")
        if len(self._buffer) - len(rest) > LONGEST_PADDING:
            raise invalid("a boundary of the multipart body is followed by too much white space")
        if len(rest) < 2:
            return None
        if rest.startswith(b"--"):
            self._step = self._epilogue
        elif rest.startswith(b"\r\n"):
            self._buffer = rest  # the line end stays: headers, even none, end in two of them
            self._step = self._headers
        else:
            raise invalid("a boundary of the multipart body is not followed by a line end")
        return None

    def _headers(self) -> Piece | None:
        end = self._buffer.find(b"\r\n\r\n")
        if max(end, len(self._buffer) if end < 0 else 0) > LONGEST_HEADERS:
            raise invalid(f"a part's headers are longer than {LONGEST_HEADERS} bytes")
        if end < 0:
            return None
        part = _part(self._buffer[2:end])
        self._drop(end + 4)
        self._step = self._content
        return part

    def _content(self) -> Piece | None:
        found = self._buffer.find(self._delimiter)
        if found < 0:
            return self._keep(len(self._delimiter) - 1) or None
        content = self._buffer[:found]
        self._drop(found + len(self._delimiter))
        self._step = self._boundary_end
        return content or None

    def _epilogue(self) -> Piece | None:
        self._buffer = b""
        return None

    def _drop(self, size: int) -> None:
        self._buffer = self._buffer[size:]

    def _keep(self, size: int) -> bytes:
        """Take all but the last `size` bytes: they may be the beginning of a boundary."""
        taken = self._buffer[:-size]
        self._buffer = self._buffer[-size:]
        return taken


# A quoted value ends at the quote that ends the line or comes before the next parameter: browsers
# do not escape a backslash at the end of a name.
_PARAMETER = re.compile(r""";\s*([^\s=;"]+)\s*=\s*(?:"(.*?)"(?=\s*(?:;|$))|([^;]*))""")


def _part(block: bytes) -> Part:
    try:
        lines = block.decode("utf-8").split("\r\n")
    except UnicodeDecodeError:
        raise invalid("the headers of a part of the multipart body are not UTF-8") from None
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers.setdefault(name.strip().lower(), value.strip())
    parameters = {
        match[1].lower(): match[2] if match[2] is not None else match[3].strip()
        for match in _PARAMETER.finditer(headers.get("content-disposition", ""))
    }
    filename = parameters.get("filename")
    if filename is not None:
        filename = decoded_form(filename)
    if extended := parameters.get("filename*"):
        filename = decoded_extended(extended)
    return Part(
        name=decoded_form(parameters.get("name", "")),
        filename=filename,
        content_type=headers.get("content-type", ""),
    )
