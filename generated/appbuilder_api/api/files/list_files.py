# Generated from openapi.yaml by `make generate`; do not edit.

"""List the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.list_files_request import ListFilesRequest
    from ...types import Request


def request(body: ListFilesRequest) -> Request:
    """What to send: POST /v2/storage/files/list."""
    return {
        "method": "POST",
        "url": "/v2/storage/files/list",
        "json": body.to_dict(),
    }
