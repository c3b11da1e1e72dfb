# Generated from openapi.yaml by `make generate`; do not edit.

"""Look a message up."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.query_message_request import QueryMessageRequest
    from ...types import Request


def request(body: QueryMessageRequest) -> Request:
    """What to send: POST /v2/threads/messages/query."""
    return {
        "method": "POST",
        "url": "/v2/threads/messages/query",
        "json": body.to_dict(),
    }
