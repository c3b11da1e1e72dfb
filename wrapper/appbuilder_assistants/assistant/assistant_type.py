# Written by `make generate` from openapi.yaml; do not edit.
"""Types of the official SDK, under its names."""

from __future__ import annotations

from enum import Enum

from appbuilder_assistants.types import (
    Assistant,
    AssistantFile,
    AssistantFileList,
    AssistantList,
    Deleted,
    File,
    FileList,
)

from ._written import AssistantFilesContentResponse, AssistantTool, AuditStatus
from .public_type import ResponseFormat

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
    """By creation, newest first (`desc`) or oldest first (`asc`). Defaults to `desc`."""

    ASC = "asc"
    DESC = "desc"


AssistantCreateResponse = Assistant
AssistantQueryResponse = Assistant
AssistantUpdateResponse = Assistant
AssistantListResponse = AssistantList
AssistantFilesResponse = AssistantFile
AssistantMountedFilesListResponse = AssistantFileList
AssistantFilesCreateResponse = File
AssistantFilesListData = File
AssistantFilesQueryResponse = File
AssistantFilesListResponse = FileList
AssistantDeleteResponse = Deleted
AssistantFilesDeleteResponse = Deleted
