"""Every operation by itself: examples, coverage and fuzzing, with good and with bad data."""

from __future__ import annotations

from typing import Any

import pytest
from schemathesis import Case

from . import spec
from .contract import reach, schema
from .target import Target


@pytest.mark.gentle
@schema.parametrize()
def test_operation(case: Case[Any], target: Target) -> None:
    """Whatever is sent, the answer keeps the promises."""
    case.call_and_validate(base_url=target.url)


@pytest.mark.gentle
def test_every_documented_success_was_reached() -> None:
    """Not every answer was an error: a server that knows nothing would get this far.

    Stands last in this file, because it judges what the requests above reached.
    """
    reached = reach.by("examples", "coverage", "fuzzing")

    assert not set(spec.successes()) - reached
