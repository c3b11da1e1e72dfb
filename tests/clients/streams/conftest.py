"""Fixtures of the tests of streams."""

from __future__ import annotations

import appbuilder_mock
import pytest

from tests.clients.client_harness import ClientHarness
from tests.clients.streams.turns import Turns


@pytest.fixture
def turns(harness: ClientHarness, server: appbuilder_mock.Running) -> Turns:
    return Turns(harness.client(server.token, server.url), server)
