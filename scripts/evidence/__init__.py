"""The evidence and the tests of each fact in openapi.yaml."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T", bound=Callable[..., object])


def about(*facts: str) -> Callable[[T], T]:
    """Says of a test or a check which facts it would find broken, by their ids or patterns of them.

    `make lint` refuses an id that no fact has, and `make evidence` shows the test beside the fact.
    """
    assert facts, "about() needs the id of a fact, such as 'File.create_at/x-unit'"
    return lambda test: test
