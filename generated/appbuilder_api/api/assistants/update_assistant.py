# Generated from openapi.yaml by `make generate`; do not edit.

"""Change an assistant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.update_assistant_request import UpdateAssistantRequest
    from ...types import Request


def request(body: UpdateAssistantRequest) -> Request:
    """What to send: POST /v2/assistants/update."""
    return {
        "method": "POST",
        "url": "/v2/assistants/update",
        "json": body.to_dict(),
    }
