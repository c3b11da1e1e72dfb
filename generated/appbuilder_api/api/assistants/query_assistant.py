# Generated from openapi.yaml by `make generate`; do not edit.

"""Look an assistant up."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.query_assistant_request import QueryAssistantRequest
    from ...types import Request


def request(body: QueryAssistantRequest) -> Request:
    """What to send: POST /v2/assistants/query."""
    return {
        "method": "POST",
        "url": "/v2/assistants/query",
        "json": body.to_dict(),
    }
