# Generated from openapi.yaml by `make generate`; do not edit.

"""List the steps of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.list_run_steps_request import ListRunStepsRequest
    from ...types import Request


def request(body: ListRunStepsRequest) -> Request:
    """What to send: POST /v2/threads/runs/steps/list."""
    return {
        "method": "POST",
        "url": "/v2/threads/runs/steps/list",
        "json": body.to_dict(),
    }
