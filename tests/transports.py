"""The transports and parsers that clients of tests use in place of the best there is."""

from __future__ import annotations

import os

from appbuilder_assistants._transport import pool
from appbuilder_assistants._transport.with_h11 import fast_exchange
from appbuilder_assistants._transport.with_httpx.transport import (
    AsyncHttpxTransport,
    HttpxTransport,
)

PARTS = {
    "": "transport='sockets', parser='httptools'",
    "h11": "transport='sockets', parser='h11'",
    "httpx": "transport='httpx', parser='h11'",
}
"""By name; the representation of a client says so."""

_OWN = pool._transport, pool._async_transport


def in_use() -> str:
    """The name of what the tests run with: the variable TEST_TRANSPORT says it."""
    return os.environ.get("TEST_TRANSPORT", "")


def use(name: str) -> None:
    """Have the clients that are made from now on use it."""
    assert name in PARTS, f"expected one of {', '.join(PARTS)}, got {name}"
    fast_exchange.chosen = "h11" if name == "h11" else ""
    pool._transport, pool._async_transport = (
        (HttpxTransport, AsyncHttpxTransport) if name == "httpx" else _OWN
    )
