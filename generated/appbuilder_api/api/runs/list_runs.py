# Generated from openapi.yaml by `make generate`; do not edit.

"""List the runs of a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.list_runs_request import ListRunsRequest
    from ...types import Request


def request(body: ListRunsRequest) -> Request:
    """What to send: POST /v2/threads/runs/list."""
    return {
        "method": "POST",
        "url": "/v2/threads/runs/list",
        "json": body.to_dict(),
    }
