# Generated from openapi.yaml by `make generate`; do not edit.

"""Change a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.update_message_request import UpdateMessageRequest
    from ...types import Request


def request(body: UpdateMessageRequest) -> Request:
    """What to send: POST /v2/threads/messages/update."""
    return {
        "method": "POST",
        "url": "/v2/threads/messages/update",
        "json": body.to_dict(),
    }
