"""Requests that do not pass the gateway."""

from __future__ import annotations

import httpx
from schemathesis import Response

from contract_tests.spec import document as spec
from contract_tests.target.gateway import Wire


def wire_url(wire: Wire, operation_id: str) -> str:
    assert wire.target is not None
    return wire.target.url + spec.path(operation_id)


def wire_answer(wire: Wire, operation_id: str) -> Response:
    """An answer of the wire's target that did not pass through the wire."""
    assert wire.target is not None
    response = httpx.post(
        wire.target.url + spec.path(operation_id),
        json={},
        headers={"Authorization": f"Bearer {wire.target.token}"},
    )
    return Response.from_any(response)
