"""Threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from appbuilder_api.api.threads import create_thread, delete_thread, query_thread, update_thread
from appbuilder_api.models import (
    AssistantMessage,
    CreateThreadRequest,
    Deleted,
    DeleteThreadRequest,
    QueryThreadRequest,
    Thread,
    UpdateThreadRequest,
)

from appbuilder_assistants._core.calls import Call
from appbuilder_assistants.types import Json

from ._build import call, messages_, object_


def threads_create(*, messages: Sequence[AssistantMessage | Json] | None = None) -> Call[Thread]:
    body = CreateThreadRequest(messages=messages_(messages))
    return call("createThread", create_thread.request(body), Thread.from_dict, idempotent=False)


def threads_query(*, thread_id: str) -> Call[Thread]:
    built = query_thread.request(QueryThreadRequest(thread_id=thread_id))
    return call("queryThread", built, Thread.from_dict, idempotent=True, null_is_unknown=True)


def threads_update(*, thread_id: str, metadata: Mapping[str, str] | None = None) -> Call[Thread]:
    body = UpdateThreadRequest(thread_id=thread_id, metadata=object_("metadata", metadata))
    return call("updateThread", update_thread.request(body), Thread.from_dict, idempotent=True)


def threads_delete(*, thread_id: str) -> Call[Deleted]:
    built = delete_thread.request(DeleteThreadRequest(thread_id=thread_id))
    return call("deleteThread", built, Deleted.from_dict, idempotent=True)
