# Generated from openapi.yaml by `make generate`; do not edit.

"""List the assistants."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.list_assistants_request import ListAssistantsRequest
    from ...types import Request


def request(body: ListAssistantsRequest) -> Request:
    """What to send: POST /v2/assistants/list."""
    return {
        "method": "POST",
        "url": "/v2/assistants/list",
        "json": body.to_dict(),
    }
