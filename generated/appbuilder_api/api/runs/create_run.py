# Generated from openapi.yaml by `make generate`; do not edit.

"""Run an assistant on a thread, blocking or as a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.create_run_request import CreateRunRequest
    from ...types import Request


def request(body: CreateRunRequest) -> Request:
    """What to send: POST /v2/threads/runs."""
    return {
        "method": "POST",
        "url": "/v2/threads/runs",
        "json": body.to_dict(),
    }
