# Generated from openapi.yaml by `make generate`; do not edit.

"""Create an assistant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.create_assistant_request import CreateAssistantRequest
    from ...types import Request


def request(body: CreateAssistantRequest) -> Request:
    """What to send: POST /v2/assistants."""
    return {
        "method": "POST",
        "url": "/v2/assistants",
        "json": body.to_dict(),
    }
