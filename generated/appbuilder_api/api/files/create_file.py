# Generated from openapi.yaml by `make generate`; do not edit.

"""Upload a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...types import MultipartRequest


def request(*, file: object, purpose: str | None = None) -> MultipartRequest:
    """What to send: POST /v2/storage/files."""
    return {
        "method": "POST",
        "url": "/v2/storage/files",
        "params": {
            name: value for name, value in {"purpose": purpose}.items() if value is not None
        },
        "files": {"file": file},
    }
