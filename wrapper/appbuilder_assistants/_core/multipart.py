"""The body of an upload: one file, as multipart/form-data (RFC 7578)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol
from urllib.parse import quote

# httpx would write a body, but leaves out an empty file name, writes `"` and `%22` alike, so that a
# reader cannot restore the name, and reads the file on the event loop.

# The end of a quoted string is escaped by a backslash, and the end of a line percent-encoded.
_ESCAPED = re.compile(r'["\\]')
_UNQUOTABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# Readers differ here: browsers write a quote as %22 and a backslash as it is, so that some readers
# decode the one, some the other, some both and some neither.
_AMBIGUOUS = re.compile(r'["%\\\x00-\x08\x0a-\x1f\x7f]')


class UploadSource(Protocol):
    """A file to upload, which is read in pieces."""

    name: str
    media_type: str
    size: int | None
    """In bytes; None if it is not known beforehand."""
    may_block: bool
    """Whether reading may block, which it does not from memory."""
    reading: bool
    """Whether a piece is being read at this moment."""

    def can_rewind(self) -> bool:
        """Whether it can be read from the beginning now."""
        ...

    def rewind(self) -> Callable[[], bytes]:
        """Start from the beginning, the first time or again.

        Returns what reads the next piece: b"" after the last. It fails once there is another.
        """
        ...

    def report(self, sent: int) -> None:
        """Report the progress so far to the user's function."""


class MultipartBody:
    """A form with one file. The boundary is random, so that no file contains it by chance."""

    def __init__(self, name: str, file: UploadSource, boundary: str | None = None) -> None:
        from secrets import token_hex

        self.name = name
        self.file = file
        self.boundary = boundary or token_hex(16)

    @property
    def content_type(self) -> str:
        return f"multipart/form-data; boundary={self.boundary}"

    @property
    def head(self) -> bytes:
        """The bytes before those of the file."""
        return (
            f"--{self.boundary}\r\n"
            f'Content-Disposition: form-data; name="{self.name}"; {file_name(self.file.name)}\r\n'
            f"Content-Type: {self.file.media_type}\r\n\r\n"
        ).encode()

    @property
    def tail(self) -> bytes:
        """The bytes after those of the file."""
        return f"\r\n--{self.boundary}--\r\n".encode()

    @property
    def length(self) -> int | None:
        """The size of the whole body in bytes; None if the file's is not known."""
        size = self.file.size
        return None if size is None else len(self.head) + size + len(self.tail)


def file_name(name: str) -> str:
    """Return the parameters of Content-Disposition for a file's name.

    A name is sent as it is, in UTF-8, between quotes. One that readers may decode differently is
    sent as `filename*` (RFC 8187) as well, which is unambiguous. RFC 7578 advises against that, and
    a reader that conforms to it ignores the parameter and still has the first.
    """
    quoted = _ESCAPED.sub(lambda found: f"\\{found[0]}", name)
    quoted = _UNQUOTABLE.sub(lambda found: f"%{ord(found[0]):02X}", quoted)
    plain = f'filename="{quoted}"'
    if not _AMBIGUOUS.search(name):
        return plain
    # The plain one comes last: to some readers a backslash before a quote escapes it.
    return f"filename*=UTF-8''{quote(name, safe='')}; {plain}"
