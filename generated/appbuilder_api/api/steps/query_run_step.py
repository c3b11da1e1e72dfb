# Generated from openapi.yaml by `make generate`; do not edit.

"""Look a step up."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.query_run_step_request import QueryRunStepRequest
    from ...types import Request


def request(body: QueryRunStepRequest) -> Request:
    """What to send: POST /v2/threads/runs/steps/query."""
    return {
        "method": "POST",
        "url": "/v2/threads/runs/steps/query",
        "json": body.to_dict(),
    }
