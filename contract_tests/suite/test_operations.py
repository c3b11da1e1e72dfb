"""Every operation by itself: examples, coverage and fuzzing, with good and with bad data."""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest
from schemathesis import Case

from contract_tests.spec import document as spec
from contract_tests.spec.answers import is_stream
from contract_tests.suite_state import Suite
from scripts.evidence import about


@pytest.mark.live_safe
@pytest.mark.each_operation
def test_operation(case: Case[Any], suite: Suite) -> None:
    """The answer to any generated request passes every check."""
    suite.validator.call_and_validate(case)


def test_any_stream(suite: Suite) -> None:
    """The events of any generated run are valid, in order and counted."""
    schema = suite.schema

    @hypothesis.seed(schema.config.seed)
    @hypothesis.settings(schema.config.get_hypothesis_settings(phase="fuzzing"), deadline=None)
    @hypothesis.given(case=schema.find_operation_by_id("createRun").as_strategy())
    def stream(case: Case[Any]) -> None:
        # With tools the stream would wait for outputs that no test submits.
        case.body = {**spec.body_of(case), "stream": True, "tools": None}
        assert is_stream(suite.validator.call_and_validate(case))

    stream()


@about("* 200")
@pytest.mark.live_safe
def test_every_documented_success_was_reached(suite: Suite) -> None:
    """Not every answer was an error: a server that knows nothing would get this far.

    Stands last in this file, because it judges what the requests above reached.
    """
    reached = suite.coverage.by("examples", "coverage", "fuzzing")

    missing = [one for one in spec.successes() if one not in reached]
    named = ", ".join(f"{one.operation_id} ({one.media_type})" for one in missing)
    assert not missing, f"no generated request succeeded: {named}"
