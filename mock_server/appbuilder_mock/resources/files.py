"""Files: their records, and the response that sends their bytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from appbuilder_mock.errors import not_found
from appbuilder_mock.storage.blobs import Blobs
from appbuilder_mock.storage.clock import now
from appbuilder_mock.storage.store import Document, Store
from appbuilder_mock.uploads.file_names import attachment
from appbuilder_mock.uploads.upload import StoredFile


def find_file(store: Store, file_id: str) -> Document:
    file = store.find("file", "", file_id)
    if file is None:
        raise not_found("file", file_id)
    return file


def new_file(store: Store, stored: StoredFile, purpose: str, *, id_: str | None = None) -> Document:
    """Store the record of a file; its bytes are stored already."""
    file = {
        "id": id_ or store.new_file_id(),
        "bytes": stored.size,
        "purpose": purpose,
        "create_at": now(),
        "filename": stored.name,
        "content_type": stored.content_type,
        "blob": stored.blob,
    }
    store.add("file", "", file)
    return file


def delete_file(store: Store, file: Document) -> None:
    """Remove it, its mounts and its bytes. A `file_ids` that names it stays as it is."""
    store.remove_everywhere("assistant_file", file["id"])
    store.remove("file", "", file["id"])
    store.blobs.remove(file["blob"])


def mount_file(store: Store, assistant_id: str, file_id: str) -> Document:
    """The file on the assistant; mounted again, it is the mount that there is."""
    mount = store.find("assistant_file", assistant_id, file_id)
    if mount is None:
        mount = {"id": file_id, "assistant_id": assistant_id, "created_at": now()}
        store.add("assistant_file", assistant_id, mount)
    return mount


class FileStream(StreamingResponse):
    """A file's bytes, piece by piece, as they were when it was made.

    A file that is deleted meanwhile is still sent to its end.
    """

    def __init__(self, blobs: Blobs, file: Document, *, as_attachment: bool) -> None:
        headers = {"Content-Length": str(file["bytes"]), "Content-Type": file["content_type"]}
        if as_attachment:
            headers["Content-Disposition"] = attachment(file["filename"])
        self._open = ExitStack()
        self._bytes = self._open.enter_context(blobs.reading(file["blob"]))
        super().__init__(self._pieces(), headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._open:
            await super().__call__(scope, receive, send)

    async def _pieces(self) -> AsyncIterator[bytes]:
        for piece in self._bytes:
            yield piece
            # Sending to a client that is gone never waits; let the loop notice that it is.
            await asyncio.sleep(0)
