# Generated from openapi.yaml by `make generate`; do not edit.

"""Look a run up."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.query_run_request import QueryRunRequest
    from ...types import Request


def request(body: QueryRunRequest) -> Request:
    """What to send: POST /v2/threads/runs/query."""
    return {
        "method": "POST",
        "url": "/v2/threads/runs/query",
        "json": body.to_dict(),
    }
