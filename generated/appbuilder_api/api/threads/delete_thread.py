# Generated from openapi.yaml by `make generate`; do not edit.

"""Delete a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.delete_thread_request import DeleteThreadRequest
    from ...types import Request


def request(body: DeleteThreadRequest) -> Request:
    """What to send: POST /v2/threads/delete."""
    return {
        "method": "POST",
        "url": "/v2/threads/delete",
        "json": body.to_dict(),
    }
