"""Servers that fail, or repeat the token."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.clients.bodies import CHUNKED, chunk
from tests.clients.raw_server import Exchange, answer
from tests.clients.secrets.traces import SECRET

RUNS = "/v2/threads/runs"


@dataclass(frozen=True)
class Fault:
    """A server's behaviour, the request, and the result."""

    script: Callable[[Exchange], object]
    error: type[Exception]
    call: Callable[[Any], object] = lambda c: c.threads.runs.run("a", "t")
    timeout: float = 30.0


def stream(client: Any) -> object:
    return list(client.threads.runs.stream_run("a", "t"))


def content(client: Any) -> object:
    return client.assistants.files.content("f")


def says(data: bytes) -> Callable[[Exchange], object]:
    return lambda exchange: (exchange.send(last(data)), False)[1]


def last(data: bytes) -> bytes:
    """The answer as that of a server which says that it closes, so that nobody asks it again."""
    return data.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)


def silent(exchange: Exchange) -> object:
    return not exchange.client_disconnected()


ECHO = {"error": {"code": "invalid_token", "message": "no such token: " + SECRET, "param": SECRET}}
FOR_ECHO = json.dumps(ECHO).encode()


def streams(data: bytes) -> Callable[[Exchange], object]:
    """As a server that answers a stream's request with these events, and no other request."""
    return lambda exchange: (
        exchange.send(
            last(CHUNKED) + chunk(data) + chunk(b"")
            if exchange.path == RUNS
            else last(answer({}, "404 x"))
        ),
        False,
    )[1]


def echoes(body: bytes, status: str = "200 OK", **headers: str) -> Callable[[Exchange], object]:
    """As `says`, for a whole answer."""
    return says(answer(body, status, **headers))
