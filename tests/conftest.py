"""Rules for every test: the wrapper sends only what openapi.yaml allows."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.sent_requests import MARK, SentRequests, complaint, watched

# Programs started in the background of a script ignore Ctrl-C, and so do their programs; the
# tests that send one to theirs would wait in vain.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _watched_requests() -> Iterator[SentRequests]:
    sent = SentRequests()
    with watched(sent):
        yield sent


@pytest.fixture(autouse=True)
def sent_requests(
    request: pytest.FixtureRequest, _watched_requests: SentRequests
) -> Iterator[SentRequests]:
    """The wrapper's requests in this test. Fails the test for a violation of the spec."""
    yield _watched_requests
    mark = request.node.get_closest_marker(MARK)
    excuse = None if mark is None else " ".join(map(str, mark.args))
    if complained := complaint(_watched_requests.take(), excuse):
        pytest.fail(complained)
