# Generated from openapi.yaml by `make generate`; do not edit.

"""Unmount a file from an assistant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.unmount_assistant_file_request import UnmountAssistantFileRequest
    from ...types import Request


def request(body: UnmountAssistantFileRequest) -> Request:
    """What to send: POST /v2/assistants/files/delete."""
    return {
        "method": "POST",
        "url": "/v2/assistants/files/delete",
        "json": body.to_dict(),
    }
