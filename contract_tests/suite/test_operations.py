"""Every operation by itself: examples, coverage and fuzzing, with good and with bad data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
from schemathesis import Case

from contract_tests.checks.coverage import media_type_of
from contract_tests.checks.validation import call_and_validate
from contract_tests.client.client import STREAM
from contract_tests.schema import coverage, schema
from contract_tests.spec import document as spec
from contract_tests.target.target import Target
from scripts.evidence import about


def each_operation() -> Iterator[tuple[str, Callable[..., None]]]:
    """A test by its name, for each operation."""
    for operation_id in spec.operations():
        # What is included comes on top of what settings of single operations include, which is all.
        others = [name for name in spec.operations() if name != operation_id]

        @pytest.mark.live_safe
        @schema.exclude(operation_id=others).parametrize()
        def test(case: Case[Any], target: Target) -> None:
            """Whatever is sent, the answer keeps the promises."""
            call_and_validate(case, target)

        yield f"test_{operation_id}", test


globals().update(each_operation())


@hypothesis.seed(schema.config.seed)
@hypothesis.settings(schema.config.get_hypothesis_settings(phase="fuzzing"), deadline=None)
@hypothesis.given(case=schema.find_operation_by_id("createRun").as_strategy())
def test_any_stream(case: Case[Any], target: Target) -> None:
    """Whatever is asked for, the events are valid, in order and counted."""
    # With tools the stream would wait for outputs, and nobody is there to submit them.
    case.body = {**spec.body_of(case), "stream": True, "tools": None}
    response = call_and_validate(case, target)

    assert media_type_of(response) == STREAM


@about("* 200")
@pytest.mark.live_safe
def test_every_documented_success_was_reached() -> None:
    """Not every answer was an error: a server that knows nothing would get this far.

    Stands last in this file, because it judges what the requests above reached.
    """
    reached = coverage.by("examples", "coverage", "fuzzing")

    missing = [one for one in spec.successes() if one not in reached]
    named = ", ".join(f"{one.operation_id} ({one.media_type})" for one in missing)
    assert not missing, f"no generated request succeeded: {named}"
