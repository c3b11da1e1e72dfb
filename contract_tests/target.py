"""The server that is attacked."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# Known before any server runs, because requests are made while pytest collects.
TOKEN = os.environ.get("CONTRACT_TOKEN") or secrets.token_hex(16)


@dataclass(frozen=True)
class Target:
    """A running server, and the one token it takes.

    It holds the objects that the request examples in openapi.yaml name.
    """

    url: str
    token: str = field(repr=False)


@contextmanager
def chosen_target() -> Iterator[Target]:
    """The server at CONTRACT_TARGET, which takes CONTRACT_TOKEN; or else the mock, started here."""
    url = os.environ.get("CONTRACT_TARGET")
    if not url:
        with mock_target() as target:
            yield target
    elif not os.environ.get("CONTRACT_TOKEN"):
        raise ValueError(
            "CONTRACT_TARGET is set, CONTRACT_TOKEN is not: set it to the server's token"
        )
    else:
        yield Target(url.rstrip("/"), TOKEN)


@contextmanager
def mock_target() -> Iterator[Target]:
    """The mock server, in this process, on a free port."""
    import appbuilder_mock

    with appbuilder_mock.running(token=TOKEN, examples=True) as server:
        yield Target(server.url, TOKEN)
