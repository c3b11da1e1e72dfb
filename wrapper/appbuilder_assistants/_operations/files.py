"""Files."""

from __future__ import annotations

from appbuilder_api.api.files import (
    create_file,
    delete_file,
    download_file,
    list_files,
    query_file,
    read_file,
)
from appbuilder_api.models import (
    Deleted,
    DeleteFileRequest,
    File,
    FileList,
    ListFilesRequest,
    QueryFileRequest,
)

from appbuilder_assistants._core.calls import Call, FileCall, Request
from appbuilder_assistants._core.limits import FILE_SECONDS
from appbuilder_assistants._core.multipart import MultipartBody, UploadSource

from ._build import call, file_call


def files_create(*, file: UploadSource, purpose: str = "assistant") -> Call[File]:
    built = create_file.request(file=file, purpose=purpose)
    ((field, source),) = built["files"].items()
    return Call(
        operation="createFile",
        request=Request(
            built["method"], built["url"], MultipartBody(field, source), built["params"]
        ),
        parse=File.from_dict,
        idempotent=False,
        read_seconds=FILE_SECONDS,
    )


def files_list() -> Call[FileList]:
    built = list_files.request(ListFilesRequest())
    return call("listFiles", built, FileList.from_dict, idempotent=True)


def files_query(*, file_id: str) -> Call[File]:
    built = query_file.request(QueryFileRequest(file_id=file_id))
    return call("queryFile", built, File.from_dict, idempotent=True, null_is_unknown=True)


def files_delete(*, file_id: str) -> Call[Deleted]:
    built = delete_file.request(DeleteFileRequest(file_id=file_id))
    return call("deleteFile", built, Deleted.from_dict, idempotent=True, null_is_unknown=True)


def files_download(*, file_id: str) -> FileCall:
    built = download_file.request(QueryFileRequest(file_id=file_id))
    return file_call("downloadFile", built, named=True)


def files_content(*, file_id: str) -> FileCall:
    return file_call("readFile", read_file.request(QueryFileRequest(file_id=file_id)), named=False)
