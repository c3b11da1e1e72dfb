# Generated from openapi.yaml by `make generate`; do not edit.

"""Read the content of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.query_file_request import QueryFileRequest
    from ...types import Request


def request(body: QueryFileRequest) -> Request:
    """What to send: POST /v2/storage/files/content."""
    return {
        "method": "POST",
        "url": "/v2/storage/files/content",
        "json": body.to_dict(),
    }
