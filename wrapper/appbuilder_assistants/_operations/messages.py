"""Messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from appbuilder_api.api.messages import (
    create_message,
    list_message_files,
    list_messages,
    query_message,
    update_message,
)
from appbuilder_api.models import (
    CreateMessageRequest,
    ListMessageFilesRequest,
    ListMessagesRequest,
    Message,
    MessageFileList,
    MessageList,
    QueryMessageRequest,
    UpdateMessageRequest,
)

from appbuilder_assistants._core.calls import Call

from ._build import Order, call, items, object_


def messages_create(
    *,
    thread_id: str,
    content: str,
    role: Literal["assistant", "user"] = "user",
    file_ids: Sequence[str] | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Call[Message]:
    body = CreateMessageRequest(
        thread_id=thread_id,
        content=content,
        role=role,
        file_ids=items("file_ids", file_ids),
        metadata=object_("metadata", metadata),
    )
    return call("createMessage", create_message.request(body), Message.from_dict, idempotent=False)


def messages_update(
    *,
    thread_id: str,
    message_id: str,
    content: str | None = None,
    file_ids: Sequence[str] | None = None,
) -> Call[Message]:
    body = UpdateMessageRequest(
        thread_id=thread_id,
        message_id=message_id,
        content=content,
        file_ids=items("file_ids", file_ids),
    )
    return call("updateMessage", update_message.request(body), Message.from_dict, idempotent=True)


def messages_list(
    *,
    thread_id: str,
    limit: int | None = None,
    order: Order | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Call[MessageList]:
    body = ListMessagesRequest(
        thread_id=thread_id, limit=limit, order=order, after=after, before=before
    )
    return call("listMessages", list_messages.request(body), MessageList.from_dict, idempotent=True)


def messages_query(*, thread_id: str, message_id: str) -> Call[Message]:
    body = QueryMessageRequest(thread_id=thread_id, message_id=message_id)
    return call(
        "queryMessage",
        query_message.request(body),
        Message.from_dict,
        idempotent=True,
        null_is_unknown=True,
    )


def messages_files(
    *,
    thread_id: str,
    message_id: str,
    limit: int | None = None,
    order: Order | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Call[MessageFileList]:
    body = ListMessageFilesRequest(
        thread_id=thread_id,
        message_id=message_id,
        limit=limit,
        order=order,
        after=after,
        before=before,
    )
    built = list_message_files.request(body)
    return call("listMessageFiles", built, MessageFileList.from_dict, idempotent=True)
