"""An unknown fact is checked on no other server."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from contract_tests.spec import document as spec
from contract_tests.spec import known_facts
from scripts.evidence.facts import facts

KNOWN = known_facts.of_answers(spec.DOCUMENT)
MOUNTED = {"id": "file-1", "object": "assistant.file"}


def is_valid(document: dict[str, Any], name: str, value: Any) -> bool:
    schema = {"components": document["components"], "$ref": f"#/components/schemas/{name}"}
    return bool(jsonschema_rs.validator_for(schema, offline=True).is_valid(value))


def test_answers_claim_only_known_facts() -> None:
    """No unknown limit or required field of an answer is left, and every known one."""
    before = {fact.id for fact in facts(spec.DOCUMENT)}
    after = {fact.id for fact in facts(KNOWN)}
    gone = [fact for fact in facts(spec.DOCUMENT) if fact.id in before - after]

    assert gone
    assert all("unknown" in fact.marks for fact in gone), gone
    assert {"AssistantFile.created_at/required", "RequestId (headers)/minLength"} <= before - after
    assert "RunStep.run_id/required" in after
    assert not is_valid(spec.DOCUMENT, "AssistantFile", MOUNTED)
    assert is_valid(KNOWN, "AssistantFile", MOUNTED)


@pytest.mark.parametrize(
    ("body", "is_wrong"),
    [({"limit": 0}, False), ({"limit": "五"}, True), ({"order": "up"}, True), ({}, False)],
    ids=repr,
)
def test_requests_that_are_surely_wrong(body: dict[str, Any], is_wrong: bool) -> None:
    """A limit of 0 is refused by our choice; that it is a number is known."""
    assert known_facts.is_surely_wrong("listAssistants", body) == is_wrong
