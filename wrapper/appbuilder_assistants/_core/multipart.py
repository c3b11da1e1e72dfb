"""The body of an upload: one file, as multipart/form-data (RFC 7578)."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote

# What ends a quoted text is written behind a backslash, and what ends a line with percent signs.
_ESCAPED = re.compile(r'["\\]')
_UNQUOTABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# What readers are not of one mind about: browsers write a quote as %22 and leave a backslash as it
# is, so some readers undo that, some undo backslashes, some both and some neither.
_AMBIGUOUS = re.compile(r'["%\\\x00-\x08\x0a-\x1f\x7f]')


class UploadSource(Protocol):
    """A file to be sent, from its beginning to its end, in pieces."""

    name: str
    media_type: str
    size: int | None
    """In bytes; None when that is not known before the end."""
    may_block: bool
    """Whether reading may take long, or for ever: what is in memory does not."""
    reading: bool
    """Whether a piece is being read at this moment."""

    def can_rewind(self) -> bool:
        """Whether it can be read from the beginning, now."""
        ...

    def rewind(self) -> None:
        """Begin, or begin anew."""

    def read(self) -> bytes:
        """The next piece; b"" behind the last."""
        ...

    def report(self) -> None:
        """Tell whoever wants to know how far it is."""


@dataclass(frozen=True, slots=True)
class MultipartBody:
    """A form with a file in one field. The boundary is random: no file can hold it by chance."""

    name: str
    file: UploadSource
    boundary: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def content_type(self) -> str:
        return f"multipart/form-data; boundary={self.boundary}"

    @property
    def head(self) -> bytes:
        """What stands before the bytes of the file."""
        return (
            f"--{self.boundary}\r\n"
            f'Content-Disposition: form-data; name="{self.name}"; {file_name(self.file.name)}\r\n'
            f"Content-Type: {self.file.media_type}\r\n\r\n"
        ).encode()

    @property
    def tail(self) -> bytes:
        """What stands behind them."""
        return f"\r\n--{self.boundary}--\r\n".encode()

    @property
    def length(self) -> int | None:
        """The bytes of the whole body; None when the file's are not known."""
        size = self.file.size
        return None if size is None else len(self.head) + size + len(self.tail)


def file_name(name: str) -> str:
    """The parameters that tell a file's name.

    A name goes out as it is, in UTF-8, between quotes. One that readers may take for another is
    told a second time as `filename*` (RFC 8187), which leaves no doubt. RFC 7578 would rather not
    have that, and a reader that keeps to it passes over it and still has the first.
    """
    quoted = _ESCAPED.sub(lambda found: f"\\{found[0]}", name)
    quoted = _UNQUOTABLE.sub(lambda found: f"%{ord(found[0]):02X}", quoted)
    plain = f'filename="{quoted}"'
    if not _AMBIGUOUS.search(name):
        return plain
    # The plain one stands last: to some readers a backslash before a quote is one that escapes.
    return f"filename*=UTF-8''{quote(name, safe='')}; {plain}"
