"""The body of an upload: one file, as multipart/form-data (RFC 7578)."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote

# What cannot stand between quotes is written with percent signs, as browsers do it.
_UNQUOTABLE = re.compile(r'["\x00-\x1f\x7f]')
# Names that readers are not of one mind about: some take percent signs for what they stand for and
# some do not, some take a backslash for an escape and some do not.
_AMBIGUOUS = re.compile(r'["%\\\x00-\x1f\x7f]')


class Source(Protocol):
    """A file to be sent, from its beginning to its end, in pieces."""

    name: str
    media_type: str
    size: int | None
    """In bytes; None when that is not known before the end."""

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
class Form:
    """A form with a file in one field. The boundary is random: no file can hold it by chance."""

    name: str
    file: Source
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

    A name goes out as it is, in UTF-8. One that readers may take for another is told a second
    time as `filename*`, which leaves no doubt. RFC 7578 would rather not have that, because old
    readers pass over it; they still have the first.
    """
    quoted = _UNQUOTABLE.sub(lambda found: f"%{ord(found[0]):02X}", name)
    plain = f'filename="{quoted}"'
    if not _AMBIGUOUS.search(name):
        return plain
    return f"{plain}; filename*=UTF-8''{quote(name, safe='')}"
