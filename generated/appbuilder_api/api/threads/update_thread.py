# Generated from openapi.yaml by `make generate`; do not edit.

"""Change a thread's metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.update_thread_request import UpdateThreadRequest
    from ...types import Request


def request(body: UpdateThreadRequest) -> Request:
    """What to send: POST /v2/threads/update."""
    return {
        "method": "POST",
        "url": "/v2/threads/update",
        "json": body.to_dict(),
    }
