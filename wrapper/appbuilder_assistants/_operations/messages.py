# Written by `make generate` from openapi.yaml; do not edit.
"""The operations of `threads.messages`: what each sends, and how its answer is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from appbuilder_api import models

from appbuilder_assistants._core.bodies import as_items, as_pairs
from appbuilder_assistants._core.operations import Operation
from appbuilder_assistants._core.responses.misfit import ModelReader

if TYPE_CHECKING:
    from appbuilder_assistants._core.requests import Call

CREATE_MESSAGE = Operation(
    "createMessage", "/v2/threads/messages", ModelReader(lambda: models.Message), idempotent=False
)
UPDATE_MESSAGE = Operation(
    "updateMessage",
    "/v2/threads/messages/update",
    ModelReader(lambda: models.Message),
    idempotent=True,
)
LIST_MESSAGES = Operation(
    "listMessages",
    "/v2/threads/messages/list",
    ModelReader(lambda: models.MessageList),
    idempotent=True,
)
QUERY_MESSAGE = Operation(
    "queryMessage",
    "/v2/threads/messages/query",
    ModelReader(lambda: models.Message),
    idempotent=True,
    null_is_unknown=True,
)
LIST_MESSAGE_FILES = Operation(
    "listMessageFiles",
    "/v2/threads/messages/files/list",
    ModelReader(lambda: models.MessageFileList),
    idempotent=True,
)


def messages_create(
    *,
    thread_id: str,
    content: str,
    role: Literal["assistant", "user"] = "user",
    file_ids: Sequence[str] | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Call[models.Message]:
    return CREATE_MESSAGE.call(
        {
            "thread_id": thread_id,
            "content": content,
            "role": role,
            "file_ids": as_items("file_ids", file_ids),
            "metadata": as_pairs("metadata", metadata),
        }
    )


def messages_update(
    *,
    thread_id: str,
    message_id: str,
    content: str | None = None,
    file_ids: Sequence[str] | None = None,
) -> Call[models.Message]:
    return UPDATE_MESSAGE.call(
        {
            "thread_id": thread_id,
            "message_id": message_id,
            "content": content,
            "file_ids": as_items("file_ids", file_ids),
        }
    )


def messages_list(
    *,
    thread_id: str,
    limit: int | None = None,
    order: Literal["asc", "desc"] | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Call[models.MessageList]:
    return LIST_MESSAGES.call(
        {"thread_id": thread_id, "limit": limit, "order": order, "after": after, "before": before}
    )


def messages_query(*, thread_id: str, message_id: str) -> Call[models.Message]:
    return QUERY_MESSAGE.call({"thread_id": thread_id, "message_id": message_id})


def messages_files(
    *,
    thread_id: str,
    message_id: str,
    limit: int | None = None,
    order: Literal["asc", "desc"] | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Call[models.MessageFileList]:
    return LIST_MESSAGE_FILES.call(
        {
            "thread_id": thread_id,
            "message_id": message_id,
            "limit": limit,
            "order": order,
            "after": after,
            "before": before,
        }
    )
