# Generated from openapi.yaml by `make generate`; do not edit.

"""Cancel a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.cancel_run_request import CancelRunRequest
    from ...types import Request


def request(body: CancelRunRequest) -> Request:
    """What to send: POST /v2/threads/runs/cancel."""
    return {
        "method": "POST",
        "url": "/v2/threads/runs/cancel",
        "json": body.to_dict(),
    }
