# Generated from openapi.yaml by `make generate`; do not edit.

"""Download a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.query_file_request import QueryFileRequest
    from ...types import Request


def request(body: QueryFileRequest) -> Request:
    """What to send: POST /v2/storage/files/download."""
    return {
        "method": "POST",
        "url": "/v2/storage/files/download",
        "json": body.to_dict(),
    }
