# Written by `make generate` from openapi.yaml; do not edit.
"""The operations of `threads`: what each sends, and how its answer is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from appbuilder_api import models

from appbuilder_assistants._core.bodies import as_pairs, as_parts
from appbuilder_assistants._core.operations import Operation
from appbuilder_assistants._core.responses.misfit import ModelReader

from ._shapes import AssistantMessage

if TYPE_CHECKING:
    from appbuilder_api import dicts

    from appbuilder_assistants._core.requests import Call

CREATE_THREAD = Operation(
    "createThread", "/v2/threads", ModelReader(lambda: models.Thread), idempotent=False
)
QUERY_THREAD = Operation(
    "queryThread",
    "/v2/threads/query",
    ModelReader(lambda: models.Thread),
    idempotent=True,
    null_is_unknown=True,
)
UPDATE_THREAD = Operation(
    "updateThread", "/v2/threads/update", ModelReader(lambda: models.Thread), idempotent=True
)
DELETE_THREAD = Operation(
    "deleteThread", "/v2/threads/delete", ModelReader(lambda: models.Deleted), idempotent=True
)


def threads_create(
    *, messages: Sequence[models.AssistantMessage | dicts.AssistantMessageDict] | None = None
) -> Call[models.Thread]:
    return CREATE_THREAD.call({"messages": as_parts("messages", messages, AssistantMessage)})


def threads_query(*, thread_id: str) -> Call[models.Thread]:
    return QUERY_THREAD.call({"thread_id": thread_id})


def threads_update(
    *, thread_id: str, metadata: Mapping[str, str] | None = None
) -> Call[models.Thread]:
    return UPDATE_THREAD.call({"thread_id": thread_id, "metadata": as_pairs("metadata", metadata)})


def threads_delete(*, thread_id: str) -> Call[models.Deleted]:
    return DELETE_THREAD.call({"thread_id": thread_id})
