# Generated from openapi.yaml by `make generate`; do not edit.

"""List the files mounted on an assistant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.list_mounted_files_request import ListMountedFilesRequest
    from ...types import Request


def request(body: ListMountedFilesRequest) -> Request:
    """What to send: POST /v2/assistants/files/list."""
    return {
        "method": "POST",
        "url": "/v2/assistants/files/list",
        "json": body.to_dict(),
    }
