"""A file as it is uploaded: from the request's body into the store, in bounded memory."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

from appbuilder_mock.errors import MockApiError, invalid
from appbuilder_mock.storage.blobs import Blobs, BlobWriter
from appbuilder_mock.uploads.multipart import Multipart, Part, boundary_of

MAX_FILE = 100 * 1024 * 1024  # bytes; what the real service takes is unknown
FIELD = "file"  # the name of the part that holds the file
UNKNOWN_TYPE = "application/octet-stream"
MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(\s*;[ -~]*)?", re.ASCII)


@dataclass(frozen=True)
class StoredFile:
    """A file whose bytes are kept."""

    name: str
    content_type: str
    blob: int
    size: int


@dataclass(frozen=True)
class Upload:
    """A file that has yet to be received."""

    purpose: str
    content_type: str  # of the request
    chunks: AsyncIterator[bytes]

    async def into(self, blobs: Blobs) -> StoredFile:
        """Receive it. Raises MockApiError, and keeps nothing then.

        Bytes beyond the limit are read and thrown away: a client that still sends sees no answer.
        """
        writer = blobs.new()
        try:
            part = await self._receive(writer)
            writer.close()
        except BaseException:  # also when the client goes away, or the server stops
            writer.abandon()
            raise
        return StoredFile(part.filename or "", _content_type(part), writer.blob, writer.size)

    async def _receive(self, writer: BlobWriter) -> Part:
        parser = Multipart(boundary_of(self.content_type))
        file, inside, size = None, False, 0
        async for chunk in self.chunks:
            for piece in parser.feed(chunk):
                if isinstance(piece, Part):
                    inside = piece.name == FIELD
                    if inside and file is not None:
                        raise invalid(f"{FIELD}: expected one file, got several", param=FIELD)
                    file = piece if inside else file
                elif inside:
                    size += len(piece)
                    if size <= MAX_FILE:
                        writer.write(piece)
        parser.finish()
        if file is None:
            raise invalid(f"{FIELD}: expected a value, got nothing", param=FIELD)
        if size > MAX_FILE:
            raise MockApiError(
                413,
                "file_too_large",
                f"{FIELD}: expected a file of at most {MAX_FILE} bytes, got {size}",
                param=FIELD,
            )
        return file


def _content_type(part: Part) -> str:
    """The part's own, or what its name suggests."""
    if MEDIA_TYPE.fullmatch(part.content_type):
        return part.content_type
    return mimetypes.guess_type(part.filename or "")[0] or UNKNOWN_TYPE
