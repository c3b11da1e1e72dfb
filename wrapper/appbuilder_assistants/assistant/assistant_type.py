"""The parts of assistants and files."""

from __future__ import annotations

from enum import Enum

from appbuilder_assistants.types import (
    Assistant,
    AssistantFile,
    AssistantFileList,
    AssistantList,
    Deleted,
    File,
    FileContent,
    FileList,
)

from .public_type import AssistantTool, ResponseFormat

__all__ = [
    "AssistantCreateResponse",
    "AssistantDeleteResponse",
    "AssistantFilesContentResponse",
    "AssistantFilesCreateResponse",
    "AssistantFilesDeleteResponse",
    "AssistantFilesListData",
    "AssistantFilesListResponse",
    "AssistantFilesQueryResponse",
    "AssistantFilesResponse",
    "AssistantListResponse",
    "AssistantListRole",
    "AssistantMountedFilesListResponse",
    "AssistantQueryResponse",
    "AssistantTool",
    "AssistantUpdateResponse",
    "AuditStatus",
    "ResponseFormat",
]


class AssistantListRole(str, Enum):
    """The order of a list."""

    DESC = "desc"
    ASC = "asc"


class AuditStatus(int, Enum):
    """How the audit of a file stands: its `censored`, which is a number, compares with these."""

    AUDITING = -1
    NOT_AUDITED = 0
    APPROVED = 1
    REJECTED = 2
    NEEDS_FURTHER_AUDIT = 3
    AUDIT_FAILED_SERVICE_EXCEPTION = 4
    AUDIT_FAILED_TIMEOUT = 5


AssistantCreateResponse = Assistant
AssistantUpdateResponse = Assistant
AssistantQueryResponse = Assistant
AssistantListResponse = AssistantList
AssistantDeleteResponse = Deleted
AssistantFilesResponse = AssistantFile
AssistantMountedFilesListResponse = AssistantFileList
AssistantFilesCreateResponse = File
AssistantFilesQueryResponse = File
AssistantFilesListData = File
AssistantFilesListResponse = FileList
AssistantFilesDeleteResponse = Deleted
AssistantFilesContentResponse = FileContent
