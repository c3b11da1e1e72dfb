"""Files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.responses import Response

from appbuilder_mock.resources.files import FileStream, delete_file, find_file, new_file
from appbuilder_mock.state import MockState
from appbuilder_mock.storage.store import Document
from appbuilder_mock.uploads.file_names import sanitized
from appbuilder_mock.uploads.upload import Upload
from appbuilder_mock.wire_format import serializers


async def create(state: MockState, upload: Upload) -> Document:
    stored = await upload.into(state.store.blobs)
    if state.readings.file_names == "sanitized":
        stored = replace(stored, name=sanitized(stored.name))
    return serializers.file_created(new_file(state.store, stored, upload.purpose))


async def list_(state: MockState, body: dict[str, Any]) -> Document:
    """All files, oldest first, as recorded."""
    files = [_shown(state, file) for file in state.store.every("file")]
    return {"object": "list", "data": files}


async def query(state: MockState, body: dict[str, Any]) -> Document:
    return _shown(state, find_file(state.store, body["file_id"]))


async def delete(state: MockState, body: dict[str, Any]) -> Document:
    file = find_file(state.store, body["file_id"])
    with state.store.transaction():
        delete_file(state.store, file)
    return serializers.deleted("file", file["id"])


async def download(state: MockState, body: dict[str, Any]) -> Response:
    file = find_file(state.store, body["file_id"])
    return FileStream(state.store.blobs, file, as_attachment=True)


async def read(state: MockState, body: dict[str, Any]) -> Response:
    file = find_file(state.store, body["file_id"])
    return FileStream(state.store.blobs, file, as_attachment=False)


def _shown(state: MockState, file: Document) -> Document:
    """A file in lists and look-ups."""
    shown = serializers.file(file)
    return {**shown, "purpose": ""} if state.readings.listed_purpose == "empty" else shown
