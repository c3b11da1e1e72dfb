# Generated from openapi.yaml by `make generate`; do not edit.

"""Create a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.create_thread_request import CreateThreadRequest
    from ...types import Request


def request(body: CreateThreadRequest) -> Request:
    """What to send: POST /v2/threads."""
    return {
        "method": "POST",
        "url": "/v2/threads",
        "json": body.to_dict(),
    }
