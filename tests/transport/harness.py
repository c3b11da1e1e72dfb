"""Harness of the sync and the async transports, so that each test is written once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from appbuilder_assistants._core.calls import NoReply, Reply, never
from appbuilder_assistants._core.multipart import MultipartBody
from appbuilder_assistants._core.redaction import Secret
from appbuilder_assistants._transport.protocols import (
    AsyncTransport,
    Limits,
    OutgoingRequest,
    Transport,
)

from tests.clients.raw_server import PATIENCE

T = TypeVar("T")
PATIENT = Limits(PATIENCE, PATIENCE, PATIENCE, PATIENCE)
BODY = "{你好}".encode()
TOKEN = "Bearer 密".encode().hex()


def always(status: int, headers: Mapping[str, str]) -> bool:
    """Leave every body open."""
    return True


def outgoing(
    url: str,
    body: bytes | MultipartBody = BODY,
    *,
    limits: Limits = PATIENT,
    seconds: float | None = None,
    open_: bool = False,
    peek: int = 0,
    headers: Mapping[str, str] | None = None,
) -> OutgoingRequest:
    """A request that must be over in so many seconds, if any are given."""
    return OutgoingRequest(
        method="POST",
        url=f"{url}/v2/线程",
        query={},
        headers={"Accept-Encoding": "gzip, deflate", **(headers or {})},
        authorization=Secret(TOKEN),
        body=body,
        limits=limits,
        deadline=None if seconds is None else time.monotonic() + seconds,
        leave_open=always if open_ else never,
        peek=peek,
        max_body=lambda status: 1_000_000 if status < 300 else 1_000,
        request_id="请求-1".encode().hex(),
        gateway_url=url,
        gateway_from="gateway_url",
    )


class Threads:
    """The harness of a `Transport`."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def send(self, request: OutgoingRequest) -> Reply | NoReply:
        return self.transport.send(request)

    def next(self, reply: Reply) -> bytes | NoReply | None:
        """The next chunk of an open body; None at its end."""
        chunk: bytes | NoReply | None = next(reply.live, None)
        return chunk

    def release(self, reply: Reply) -> None:
        reply.live.release()

    def close_body(self, reply: Reply) -> None:
        reply.live.close()

    def together(self, requests: list[OutgoingRequest]) -> list[Reply | NoReply]:
        with ThreadPoolExecutor(len(requests)) as threads:
            return list(threads.map(self.transport.send, requests))

    def in_child(self, request: OutgoingRequest) -> Reply | NoReply:
        """Send in the child of a fork."""
        return self.transport.send(request)

    def close(self) -> None:
        self.transport.close()

    def settle(self) -> None:
        """Nothing runs in the background."""


class OnLoop:
    """The harness of an `AsyncTransport`."""

    def __init__(self, transport: AsyncTransport) -> None:
        self.transport = transport
        self.loop = asyncio.new_event_loop()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def send(self, request: OutgoingRequest) -> Reply | NoReply:
        return self.run(self.transport.send(request))

    def next(self, reply: Reply) -> bytes | NoReply | None:
        return self.run(_next(reply.live))

    def release(self, reply: Reply) -> None:
        self.run(reply.live.arelease())

    def close_body(self, reply: Reply) -> None:
        self.run(reply.live.aclose())

    def together(self, requests: list[OutgoingRequest]) -> list[Reply | NoReply]:
        async def gather() -> list[Reply | NoReply]:
            return await asyncio.gather(*map(self.transport.send, requests))

        return self.run(gather())

    def in_child(self, request: OutgoingRequest) -> Reply | NoReply:
        return asyncio.run(self.transport.send(request))

    def close(self) -> None:
        self.run(self.transport.aclose())

    def settle(self) -> None:
        """Let the loop work off what is due."""
        self.run(asyncio.sleep(0))


async def _next(live: Any) -> bytes | NoReply | None:
    chunk: bytes | NoReply | None = await anext(live, None)
    return chunk


def read(harness: Threads | OnLoop, reply: Reply) -> tuple[bytes, NoReply | None]:
    """All of an open body, and what broke it off."""
    body = reply.body
    while isinstance(chunk := harness.next(reply), bytes):
        body += chunk
    return body, chunk
