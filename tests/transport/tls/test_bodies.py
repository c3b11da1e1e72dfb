"""Bodies over TLS: large ones, and those that are cut."""

from __future__ import annotations

import random
import socket
import ssl
from contextlib import suppress
from pathlib import Path

import pytest
from appbuilder_assistants._core.calls import NoReply, Reply
from appbuilder_assistants._core.multipart import MultipartBody
from appbuilder_assistants._files.upload import Upload

from tests.clients.bodies import CHUNKED, chunk
from tests.clients.conftest import Serve
from tests.clients.raw_server import Exchange, answer
from tests.transport.harness import OnLoop, Threads, outgoing
from tests.transport.tls.servers import closes, echo

LARGE = 20 * 1024 * 1024
TEXT = "秦始皇".encode() * 1_000
LONGER = b"HTTP/1.1 200 OK\r\nContent-Length: 9001\r\n\r\n" + TEXT
AT_END = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + TEXT


def rest_of(transport: Threads | OnLoop, reply: Reply) -> bytes:
    pieces = [reply.body]
    while isinstance(piece := transport.next(reply), bytes):
        pieces.append(piece)
    assert piece is None, piece
    return b"".join(pieces)


@pytest.mark.parametrize("kind", ["bytes", "file"])
def test_a_large_body_both_ways(
    trusting: Threads | OnLoop, context: ssl.SSLContext, tmp_path: Path, kind: str
) -> None:
    """Each byte arrives, in its place."""
    data = random.Random(7).randbytes(LARGE)
    (tmp_path / "大.bin").write_bytes(data)
    with echo(context) as url, (tmp_path / "大.bin").open("rb") as file:
        form = MultipartBody("file", Upload(file, "大.bin", None))
        reply = trusting.send(outgoing(url, form if kind == "file" else data, open_=True))
        assert isinstance(reply, Reply), reply
        body = rest_of(trusting, reply)
        trusting.close_body(reply)

    assert data == body if kind == "bytes" else data in body


def announce_end(exchange: Exchange) -> None:
    """Say within TLS that nothing follows; the connection stays open."""
    assert isinstance(exchange.sock, ssl.SSLSocket)
    exchange.sock.settimeout(0.1)
    with suppress(OSError):  # clients need not answer
        exchange.sock.unwrap()


def end(exchange: Exchange, announced: bool) -> bool:
    """Close the connection; if the end is announced, only when the client has."""
    if announced:
        announce_end(exchange)
        with socket.socket(fileno=exchange.sock.detach()) as below:
            assert closes(below)
    return False


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize("open_", [True, False])
def test_a_body_that_is_cut(
    trusting: Threads | OnLoop,
    serve: Serve,
    context: ssl.SSLContext,
    announced: bool,
    open_: bool,
) -> None:
    """The length shows it."""
    server = serve(lambda e: (e.send(LONGER), end(e, announced))[1], context)

    outcome: object = trusting.send(outgoing(server.url, open_=open_))
    if open_:
        assert isinstance(outcome, Reply)
        while isinstance(piece := trusting.next(outcome), bytes):
            pass
        trusting.close_body(outcome)
        outcome = piece

    assert isinstance(outcome, NoReply)
    assert outcome.reached_server
    assert not outcome.timed_out
    assert "received 9000 bytes, expected 9001" in outcome.message


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_up_to_the_end(
    trusting: Threads | OnLoop, serve: Serve, context: ssl.SSLContext, announced: bool
) -> None:
    """Where nothing but the connection's end can end a body, it does, announced or not."""
    server = serve(lambda e: (e.send(AT_END), end(e, announced))[1], context)

    reply = trusting.send(outgoing(server.url))

    assert isinstance(reply, Reply), reply
    assert reply.body == TEXT


@pytest.mark.parametrize("announced", [True, False])
def test_one_that_is_closed_while_idle(
    trusting: Threads | OnLoop, serve: Serve, context: ssl.SSLContext, announced: bool
) -> None:
    """The next request has a new connection."""
    server = serve(
        lambda e: (e.send(answer(b"{}")), announced and announce_end(e), False)[2], context
    )

    for number in range(1, 4):
        reply = trusting.send(outgoing(server.url))
        assert isinstance(reply, Reply), reply
        assert server.all_closed()
        assert server.connections == number


def test_a_record_that_is_damaged(
    trusting: Threads | OnLoop, serve: Serve, context: ssl.SSLContext
) -> None:
    """The bytes before it count; then the reason is named."""

    def script(exchange: Exchange) -> bool:
        exchange.send(CHUNKED + chunk(TEXT))
        assert isinstance(exchange.sock, ssl.SSLSocket)
        with socket.socket(fileno=exchange.sock.detach()) as below:
            below.sendall(b"\x17\x03\x03\x00\x20" + b"x" * 32)
            assert closes(below)
        return False

    reply = trusting.send(outgoing(serve(script, context).url, open_=True, peek=10))
    assert isinstance(reply, Reply), reply
    received = reply.body
    while isinstance(piece := trusting.next(reply), bytes):
        received += piece
    trusting.close_body(reply)

    assert received == TEXT
    assert isinstance(piece, NoReply)
    assert "record mac" in piece.message.lower().replace("_", " ")
