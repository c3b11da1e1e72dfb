# Generated from openapi.yaml by `make generate`; do not edit.

"""Upload a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ...types import MultipartRequest


def request(*, file: object, purpose: Literal["assistant"]) -> MultipartRequest:
    """What to send: POST /v2/storage/files."""
    return {
        "method": "POST",
        "url": "/v2/storage/files",
        "params": {"purpose": purpose},
        "files": {"file": file},
    }
