# Written by `make generate` from openapi.yaml; do not edit.
"""The operations of `assistants`: what each sends, and how its answer is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from appbuilder_api import models

from appbuilder_assistants._core.bodies import as_items, as_pairs, as_parts
from appbuilder_assistants._core.operations import Operation
from appbuilder_assistants._core.responses.misfit import ModelReader
from appbuilder_assistants._tools.toolbox import described

from ._shapes import AssistantTool

if TYPE_CHECKING:
    from appbuilder_assistants._core.requests import Call
    from appbuilder_assistants._tools.toolbox import ToolDescription

CREATE_ASSISTANT = Operation(
    "createAssistant", "/v2/assistants", ModelReader(lambda: models.Assistant), idempotent=False
)
UPDATE_ASSISTANT = Operation(
    "updateAssistant",
    "/v2/assistants/update",
    ModelReader(lambda: models.Assistant),
    idempotent=True,
)
LIST_ASSISTANTS = Operation(
    "listAssistants",
    "/v2/assistants/list",
    ModelReader(lambda: models.AssistantList),
    idempotent=True,
)
QUERY_ASSISTANT = Operation(
    "queryAssistant",
    "/v2/assistants/query",
    ModelReader(lambda: models.Assistant),
    idempotent=True,
    null_is_unknown=True,
)
DELETE_ASSISTANT = Operation(
    "deleteAssistant", "/v2/assistants/delete", ModelReader(lambda: models.Deleted), idempotent=True
)
MOUNT_ASSISTANT_FILE = Operation(
    "mountAssistantFile",
    "/v2/assistants/files",
    ModelReader(lambda: models.AssistantFile),
    idempotent=True,
)
LIST_MOUNTED_FILES = Operation(
    "listMountedFiles",
    "/v2/assistants/files/list",
    ModelReader(lambda: models.AssistantFileList),
    idempotent=True,
)
UNMOUNT_ASSISTANT_FILE = Operation(
    "unmountAssistantFile",
    "/v2/assistants/files/delete",
    ModelReader(lambda: models.Deleted),
    idempotent=True,
)


def assistants_create(
    *,
    name: str,
    description: str | None = None,
    model: str | None = None,
    response_format: Literal["json_object", "text"] | None = None,
    instructions: str | None = None,
    thought_instructions: str | None = None,
    chat_instructions: str | None = None,
    tools: Sequence[ToolDescription] | None = None,
    file_ids: Sequence[str] | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Call[models.Assistant]:
    return CREATE_ASSISTANT.call(
        {
            "name": name,
            "description": description,
            "model": model,
            "response_format": response_format,
            "instructions": instructions,
            "thought_instructions": thought_instructions,
            "chat_instructions": chat_instructions,
            "tools": as_parts("tools", described(as_items("tools", tools)), AssistantTool),
            "file_ids": as_items("file_ids", file_ids),
            "metadata": as_pairs("metadata", metadata),
        }
    )


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
    response_format: Literal["json_object", "text"] | None = None,
    file_ids: Sequence[str] | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Call[models.Assistant]:
    return UPDATE_ASSISTANT.call(
        {
            "assistant_id": assistant_id,
            "name": name,
            "description": description,
            "model": model,
            "response_format": response_format,
            "instructions": instructions,
            "thought_instructions": thought_instructions,
            "chat_instructions": chat_instructions,
            "tools": as_parts("tools", described(as_items("tools", tools)), AssistantTool),
            "file_ids": as_items("file_ids", file_ids),
            "metadata": as_pairs("metadata", metadata),
        }
    )


def assistants_list(
    *,
    limit: int | None = None,
    order: Literal["asc", "desc"] | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Call[models.AssistantList]:
    return LIST_ASSISTANTS.call({"limit": limit, "order": order, "after": after, "before": before})


def assistants_query(*, assistant_id: str) -> Call[models.Assistant]:
    return QUERY_ASSISTANT.call({"assistant_id": assistant_id})


def assistants_delete(*, assistant_id: str) -> Call[models.Deleted]:
    return DELETE_ASSISTANT.call({"assistant_id": assistant_id})


def assistants_mount_files(*, assistant_id: str, file_id: str) -> Call[models.AssistantFile]:
    return MOUNT_ASSISTANT_FILE.call({"assistant_id": assistant_id, "file_id": file_id})


def assistants_mounted_files_list(
    *,
    assistant_id: str,
    limit: int | None = None,
    order: Literal["asc", "desc"] | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Call[models.AssistantFileList]:
    return LIST_MOUNTED_FILES.call(
        {
            "assistant_id": assistant_id,
            "limit": limit,
            "order": order,
            "after": after,
            "before": before,
        }
    )


def assistants_unmount_files(*, assistant_id: str, file_id: str) -> Call[models.Deleted]:
    return UNMOUNT_ASSISTANT_FILE.call({"assistant_id": assistant_id, "file_id": file_id})
