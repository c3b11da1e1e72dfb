# Generated from openapi.yaml by `make generate`; do not edit.

"""List the messages of a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.list_messages_request import ListMessagesRequest
    from ...types import Request


def request(body: ListMessagesRequest) -> Request:
    """What to send: POST /v2/threads/messages/list."""
    return {
        "method": "POST",
        "url": "/v2/threads/messages/list",
        "json": body.to_dict(),
    }
