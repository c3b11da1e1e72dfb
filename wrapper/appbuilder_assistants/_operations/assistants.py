"""Assistants and the files that are mounted on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from appbuilder_api.api.assistants import (
    create_assistant,
    delete_assistant,
    list_assistants,
    list_mounted_files,
    mount_assistant_file,
    query_assistant,
    unmount_assistant_file,
    update_assistant,
)
from appbuilder_api.models import (
    Assistant,
    AssistantFile,
    AssistantFileList,
    AssistantList,
    CreateAssistantRequest,
    DeleteAssistantRequest,
    Deleted,
    ListAssistantsRequest,
    ListMountedFilesRequest,
    MountAssistantFileRequest,
    QueryAssistantRequest,
    UnmountAssistantFileRequest,
    UpdateAssistantRequest,
)

from appbuilder_assistants._core.calls import Call
from appbuilder_assistants._tools.toolbox import ToolDescription, described

from ._build import Format, Order, call, items, object_


def assistants_create(
    *,
    name: str,
    description: str | None = None,
    model: str | None = None,
    response_format: Format | None = None,
    instructions: str | None = None,
    thought_instructions: str | None = None,
    chat_instructions: str | None = None,
    tools: Sequence[ToolDescription] | None = None,
    file_ids: Sequence[str] | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Call[Assistant]:
    body = CreateAssistantRequest(
        name=name,
        description=description,
        model=model,
        response_format=response_format,
        instructions=instructions,
        thought_instructions=thought_instructions,
        chat_instructions=chat_instructions,
        tools=described(items("tools", tools)),
        file_ids=items("file_ids", file_ids),
        metadata=object_("metadata", metadata),
    )
    built = create_assistant.request(body)
    return call("createAssistant", built, Assistant.from_dict, idempotent=False)


def assistants_update(
    *,
    assistant_id: str,
    model: str | None = None,
    name: str | None = None,
    description: str | None = None,
    instructions: str | None = None,
    tools: Sequence[ToolDescription] | None = None,
    thought_instructions: str | None = None,
    chat_instructions: str | None = None,
    response_format: Format | None = None,
    file_ids: Sequence[str] | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Call[Assistant]:
    body = UpdateAssistantRequest(
        assistant_id=assistant_id,
        name=name,
        description=description,
        model=model,
        response_format=response_format,
        instructions=instructions,
        thought_instructions=thought_instructions,
        chat_instructions=chat_instructions,
        tools=described(items("tools", tools)),
        file_ids=items("file_ids", file_ids),
        metadata=object_("metadata", metadata),
    )
    built = update_assistant.request(body)
    return call("updateAssistant", built, Assistant.from_dict, idempotent=True)


def assistants_list(
    *,
    limit: int | None = None,
    order: Order | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Call[AssistantList]:
    body = ListAssistantsRequest(limit=limit, order=order, after=after, before=before)
    built = list_assistants.request(body)
    return call("listAssistants", built, AssistantList.from_dict, idempotent=True)


def assistants_query(*, assistant_id: str) -> Call[Assistant]:
    built = query_assistant.request(QueryAssistantRequest(assistant_id=assistant_id))
    return call("queryAssistant", built, Assistant.from_dict, idempotent=True, null_is_unknown=True)


def assistants_delete(*, assistant_id: str) -> Call[Deleted]:
    built = delete_assistant.request(DeleteAssistantRequest(assistant_id=assistant_id))
    return call("deleteAssistant", built, Deleted.from_dict, idempotent=True)


def assistants_mount_files(*, assistant_id: str, file_id: str) -> Call[AssistantFile]:
    body = MountAssistantFileRequest(assistant_id=assistant_id, file_id=file_id)
    built = mount_assistant_file.request(body)
    return call("mountAssistantFile", built, AssistantFile.from_dict, idempotent=True)


def assistants_mounted_files_list(
    *,
    assistant_id: str,
    limit: int | None = None,
    order: Order | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Call[AssistantFileList]:
    body = ListMountedFilesRequest(
        assistant_id=assistant_id, limit=limit, order=order, after=after, before=before
    )
    built = list_mounted_files.request(body)
    return call("listMountedFiles", built, AssistantFileList.from_dict, idempotent=True)


def assistants_unmount_files(*, assistant_id: str, file_id: str) -> Call[Deleted]:
    body = UnmountAssistantFileRequest(assistant_id=assistant_id, file_id=file_id)
    built = unmount_assistant_file.request(body)
    return call("unmountAssistantFile", built, Deleted.from_dict, idempotent=True)
