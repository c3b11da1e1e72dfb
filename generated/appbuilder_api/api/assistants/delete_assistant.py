# Generated from openapi.yaml by `make generate`; do not edit.

"""Delete an assistant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.delete_assistant_request import DeleteAssistantRequest
    from ...types import Request


def request(body: DeleteAssistantRequest) -> Request:
    """What to send: POST /v2/assistants/delete."""
    return {
        "method": "POST",
        "url": "/v2/assistants/delete",
        "json": body.to_dict(),
    }
