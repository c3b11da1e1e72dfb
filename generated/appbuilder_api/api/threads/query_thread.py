# Generated from openapi.yaml by `make generate`; do not edit.

"""Look a thread up."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.query_thread_request import QueryThreadRequest
    from ...types import Request


def request(body: QueryThreadRequest) -> Request:
    """What to send: POST /v2/threads/query."""
    return {
        "method": "POST",
        "url": "/v2/threads/query",
        "json": body.to_dict(),
    }
