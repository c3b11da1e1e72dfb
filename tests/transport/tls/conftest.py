"""Fixtures of the tests over TLS."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from tests.transport.conftest import Make
from tests.transport.harness import OnLoop, Threads


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    issued = trustme.CA().issue_cert("127.0.0.1")
    issued.private_key_and_cert_chain_pem.write_to_path(str(path))
    return path


@pytest.fixture
def context(certificate: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate)
    return made


@pytest.fixture
def trusting(make: Make) -> Threads | OnLoop:
    """A transport with one place, for any certificate."""
    return make(verify=False, places=1)
