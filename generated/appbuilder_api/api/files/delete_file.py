# Generated from openapi.yaml by `make generate`; do not edit.

"""Delete a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.delete_file_request import DeleteFileRequest
    from ...types import Request


def request(body: DeleteFileRequest) -> Request:
    """What to send: POST /v2/storage/files/delete."""
    return {
        "method": "POST",
        "url": "/v2/storage/files/delete",
        "json": body.to_dict(),
    }
