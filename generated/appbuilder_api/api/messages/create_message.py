# Generated from openapi.yaml by `make generate`; do not edit.

"""Add a message to a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.create_message_request import CreateMessageRequest
    from ...types import Request


def request(body: CreateMessageRequest) -> Request:
    """What to send: POST /v2/threads/messages."""
    return {
        "method": "POST",
        "url": "/v2/threads/messages",
        "json": body.to_dict(),
    }
