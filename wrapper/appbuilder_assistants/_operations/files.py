# Written by `make generate` from openapi.yaml; do not edit.
"""The operations of `assistants.files`: what each sends, and how its answer is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appbuilder_api import models

from appbuilder_assistants._core.limits import FILE_SECONDS
from appbuilder_assistants._core.operations import FileOperation, Operation
from appbuilder_assistants._core.responses.misfit import ModelReader

if TYPE_CHECKING:
    from appbuilder_assistants._core.multipart import UploadSource
    from appbuilder_assistants._core.requests import Call, FileCall

CREATE_FILE = Operation(
    "createFile",
    "/v2/storage/files",
    ModelReader(lambda: models.File),
    idempotent=False,
    read_seconds=FILE_SECONDS,
)
LIST_FILES = Operation(
    "listFiles", "/v2/storage/files/list", ModelReader(lambda: models.FileList), idempotent=True
)
QUERY_FILE = Operation(
    "queryFile",
    "/v2/storage/files/query",
    ModelReader(lambda: models.File),
    idempotent=True,
    null_is_unknown=True,
)
DELETE_FILE = Operation(
    "deleteFile",
    "/v2/storage/files/delete",
    ModelReader(lambda: models.Deleted),
    idempotent=True,
    null_is_unknown=True,
)
DOWNLOAD_FILE = FileOperation(
    "downloadFile",
    "/v2/storage/files/download",
    named=True,
    idempotent=True,
    read_seconds=FILE_SECONDS,
)
READ_FILE = FileOperation(
    "readFile", "/v2/storage/files/content", named=False, idempotent=True, read_seconds=FILE_SECONDS
)


def files_create(*, file: UploadSource, purpose: str = "assistant") -> Call[models.File]:
    return CREATE_FILE.upload("file", file, {"purpose": purpose})


def files_list() -> Call[models.FileList]:
    return LIST_FILES.call({})


def files_query(*, file_id: str) -> Call[models.File]:
    return QUERY_FILE.call({"file_id": file_id})


def files_delete(*, file_id: str) -> Call[models.Deleted]:
    return DELETE_FILE.call({"file_id": file_id})


def files_download(*, file_id: str) -> FileCall:
    return DOWNLOAD_FILE.call({"file_id": file_id})


def files_content(*, file_id: str) -> FileCall:
    return READ_FILE.call({"file_id": file_id})
