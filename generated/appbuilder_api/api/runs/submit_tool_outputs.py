# Generated from openapi.yaml by `make generate`; do not edit.

"""Submit the outputs of a waiting run's tool calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.submit_tool_outputs_request import SubmitToolOutputsRequest
    from ...types import Request


def request(body: SubmitToolOutputsRequest) -> Request:
    """What to send: POST /v2/threads/runs/submit_tool_outputs."""
    return {
        "method": "POST",
        "url": "/v2/threads/runs/submit_tool_outputs",
        "json": body.to_dict(),
    }
