"""Fixtures of the tests of the suite itself."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from appbuilder_mock.server.running import Running


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C interrupts, also where the tests were started in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def service() -> Iterator[Running]:
    """A mock without objects, like the account of a new user."""
    import appbuilder_mock

    from contract_tests.selftests.suite_process import TOKEN

    with appbuilder_mock.running(token=TOKEN) as mock:
        yield mock
