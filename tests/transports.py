"""The transports, parsers and decoders that clients of tests use in place of the best there is."""

from __future__ import annotations

import os
from importlib.util import find_spec

from appbuilder_assistants import AppBuilder, AsyncAppBuilder
from appbuilder_assistants._core.responses import json_reader
from appbuilder_assistants._transport import pool
from appbuilder_assistants._transport.with_h11 import fast_exchange
from appbuilder_assistants._transport.with_httpx.transport import (
    AsyncHttpxTransport,
    HttpxTransport,
)

_PARSER = "httptools" if find_spec("httptools") else "h11"
_DECODER = "msgspec" if find_spec("msgspec") else "json"
PARTS = {
    "": f"transport='sockets', parser='{_PARSER}', decoder='{_DECODER}'",
    "h11": "transport='sockets', parser='h11', decoder='json'",  # as without the extra `fast`
    "httpx": "transport='httpx', parser='h11', decoder='json'",
}
"""By name; the representation of a client says so."""

_OWN = pool._transport, pool._async_transport
_BEST = json_reader._decode


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
    json_reader._decode = json_reader._DECODERS["json"] if name else _BEST
    check(name)


def check(name: str) -> None:
    """Fail if new clients use anything else."""
    for kind in (AppBuilder, AsyncAppBuilder):
        shown = repr(kind("none", "http://127.0.0.1:9"))
        assert PARTS[name] in shown, f"expected {PARTS[name]}, got {shown}"
