# Generated from openapi.yaml by `make generate`; do not edit.

"""Mount a file on an assistant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.mount_assistant_file_request import MountAssistantFileRequest
    from ...types import Request


def request(body: MountAssistantFileRequest) -> Request:
    """What to send: POST /v2/assistants/files."""
    return {
        "method": "POST",
        "url": "/v2/assistants/files",
        "json": body.to_dict(),
    }
