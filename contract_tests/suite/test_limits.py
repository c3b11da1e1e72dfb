"""Requests that break one fact of the spec, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.client.client import CheckedClient
from contract_tests.client.fixtures import OwnedObjects
from contract_tests.spec import document as spec
from contract_tests.spec import known_facts
from contract_tests.spec.answers import is_error
from contract_tests.target.target import Target
from scripts.evidence.crossings import crossings


def each() -> list[Any]:
    """Parameters: each operation with each fact that a request to it can break."""
    return [
        pytest.param(operation_id, one.fact, id=f"{operation_id}-{one.fact}")
        for operation_id in spec.operations()
        if operation_id != "createFile"
        for one in crossings(spec.DOCUMENT, operation_id, spec.Document().example(operation_id))
    ]


@pytest.mark.parametrize(("operation_id", "fact"), each())
def test_one_step_too_far(
    target: Target, client: CheckedClient, owned: OwnedObjects, operation_id: str, fact: str
) -> None:
    """It is refused; what nobody knows may be taken as well, but for our mock.

    A body that is taken does no harm: what it is about is the test's own.
    """
    base = {**owned.body(operation_id)}
    every = crossings(spec.DOCUMENT, operation_id, base)
    body = next(one.body for one in every if one.fact == fact)

    if known_facts.is_unknown(fact) and target.kind != "mock":
        response = client.send(operation_id, body)
        client.observations.note("limits", "refused" if is_error(response) else "taken", fact)
        return
    client.call(operation_id, body, status=400)
