# Generated from openapi.yaml by `make generate`; do not edit.

"""List the files of a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.list_message_files_request import ListMessageFilesRequest
    from ...types import Request


def request(body: ListMessageFilesRequest) -> Request:
    """What to send: POST /v2/threads/messages/files/list."""
    return {
        "method": "POST",
        "url": "/v2/threads/messages/files/list",
        "json": body.to_dict(),
    }
