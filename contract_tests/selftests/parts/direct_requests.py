"""Requests that do not pass the gateway."""

from __future__ import annotations

import httpx
from schemathesis import Response

from contract_tests.spec import document as spec
from contract_tests.target.gateway import Gateway


def url_of(gateway: Gateway, operation_id: str) -> str:
    return gateway.target.url + spec.path(operation_id)


def direct_response(gateway: Gateway, operation_id: str) -> Response:
    """A response of the target that did not pass through the gateway."""
    response = httpx.post(
        gateway.target.url + spec.path(operation_id),
        json={},
        headers={"Authorization": f"Bearer {gateway.target.token}"},
    )
    return Response.from_any(response)
