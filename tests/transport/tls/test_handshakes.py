"""Handshakes, key updates and records of TLS beside the requests and responses."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from appbuilder_assistants._core.calls import NoReply, Reply

from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, answer
from tests.transport.conftest import Make
from tests.transport.harness import PATIENT, OnLoop, Threads, outgoing
from tests.transport.implementations import Implementation
from tests.transport.tls.servers import OpenSslServer, closes, unsecured

TEXT = "秦始皇".encode() * 1_000


@pytest.mark.parametrize(
    ("first", "why"),
    [(b"", ""), (b"HTTP/1.1 400 Bad Request\r\n\r\n", "SSL"), (b"\x15\x03\x03\0\2\2\x28", "alert")],
)
def test_an_end_within_the_handshake(trusting: Threads | OnLoop, first: bytes, why: str) -> None:
    """Nothing of the request was sent."""
    with unsecured(first) as url:
        outcome = trusting.send(outgoing(url))

    assert isinstance(outcome, NoReply)
    assert not outcome.reached_server
    assert not outcome.timed_out
    assert why in outcome.message


@pytest.fixture
def silent() -> Iterator[tuple[str, socket.socket]]:
    """The URL of a server that never says anything, and its socket.

    Both are gone after a while, so that a client which waits for ever fails its test.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        end = threading.Timer(PATIENCE, listener.close)  # resets what was not accepted
        end.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}", listener
        end.cancel()


def client_closes(listener: socket.socket) -> bool:
    """Whether the client that connected first closes its connection."""
    with listener.accept()[0] as sock:
        return closes(sock)


def test_a_handshake_that_is_not_answered(
    implementation: Implementation, trusting: Threads | OnLoop, silent: tuple[str, socket.socket]
) -> None:
    """The limit for connecting holds, or the deadline; the place is free again each time."""
    url, listener = silent

    outcome = trusting.send(outgoing(url, limits=PATIENT._replace(connect=0.3)))
    overdue = trusting.send(outgoing(url, seconds=0.3))

    assert isinstance(outcome, NoReply)
    assert (outcome.timed_out, outcome.reached_server) == (True, False)
    assert "connecting timed out after 0.3 s" in outcome.message
    assert isinstance(overdue, NoReply)
    assert (overdue.overdue, overdue.reached_server) == (True, False)
    trusting.settle()
    assert client_closes(listener)
    assert client_closes(listener)


def test_a_handshake_that_is_cancelled(
    implementation: Implementation, trusting: Threads | OnLoop, silent: tuple[str, socket.socket]
) -> None:
    """Its socket is closed, its place is free."""
    if not isinstance(trusting, OnLoop):
        pytest.skip("threads cannot be cancelled")
    url, listener = silent

    async def main() -> None:
        for _ in range(3):
            task = asyncio.create_task(trusting.transport.send(outgoing(url)))
            await asyncio.sleep(0.05)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 1

    trusting.run(main())

    assert all(client_closes(listener) for _ in range(3))


@pytest.mark.skipif(
    sys.platform == "win32" or shutil.which("openssl") is None, reason="needs openssl's server"
)
@pytest.mark.parametrize(
    ("command", "version"), [(b"K", "-tls1_3"), (b"k", "-tls1_3"), (b"r", "-tls1_2")]
)
def test_new_keys_on_the_way(
    implementation: Implementation,
    trusting: Threads | OnLoop,
    certificate: Path,
    command: bytes,
    version: str,
) -> None:
    """An update of one side's keys or of both, or another handshake: the connection continues."""
    if version == "-tls1_2" and implementation.name.startswith("httpx"):
        pytest.skip("h11 and httptools have the connections that are of interest")
    server = OpenSslServer(certificate, version, "-msg")

    def script() -> None:
        for number in (1, 2):
            server.wait_for(b"POST ", b"\r\n\r\n")
            server.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n[%d" % number)
            server.write(command + b"\n")
            if command == b"r":  # while the client waits for the rest
                server.wait_for(b"ClientHello", b"\n")
            server.write(b",2]")

    thread = threading.Thread(target=script, daemon=True)
    thread.start()
    try:
        replies = [trusting.send(outgoing(server.url)) for _ in range(2)]
        thread.join(PATIENCE)
    finally:
        server.close()

    assert [reply.body for reply in replies if isinstance(reply, Reply)] == [b"[1,2]", b"[2,2]"]


class Renegotiating(ssl.SSLObject):
    """As within another handshake, which the server never ends."""

    def write(self, data: Any) -> int:
        raise ssl.SSLWantReadError


class Piecewise(ssl.SSLObject):
    """Takes less than it is given."""

    def write(self, data: Any) -> int:
        return super().write(data[:10])


def with_object(
    implementation: Implementation, make: Make, kind: type[ssl.SSLObject]
) -> Threads | OnLoop:
    """A transport with a context that makes such an object."""
    if implementation.name not in ("h11-async", "httptools-async"):
        pytest.skip("others leave it to blocking sockets, or to asyncio")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.sslobject_class = kind
    return make(verify=context)


def test_a_write_in_pieces(
    implementation: Implementation, make: Make, serve: Serve, context: ssl.SSLContext
) -> None:
    """The bytes that were not taken are given again."""
    server = serve(lambda e: e.send(answer(e.body)), context)

    reply = with_object(implementation, make, Piecewise).send(outgoing(server.url, TEXT))

    assert isinstance(reply, Reply), reply
    assert reply.body == TEXT


def test_a_write_within_another_handshake(
    implementation: Implementation, make: Make, serve: Serve, context: ssl.SSLContext
) -> None:
    """It waits for the server, up to the limit for writing."""
    transport = with_object(implementation, make, Renegotiating)
    server = serve(lambda e: e.send(answer(b"{}")), context)

    limits = PATIENT._replace(write=0.3)
    outcome = transport.send(outgoing(server.url, limits=limits))

    assert isinstance(outcome, NoReply)
    assert "write timed out after 0.3 s" in outcome.message
    assert server.all_closed()
