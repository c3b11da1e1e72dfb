"""One exchange after the other: requests, replies, and the number of connections."""

from __future__ import annotations

import gc
import gzip
import socket
import threading
from collections.abc import Callable

import pytest
from appbuilder_assistants._core.calls import NoReply, Reply

from tests.clients.bodies import CHUNKED, chunk
from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, Exchange, answer
from tests.transport.conftest import Make
from tests.transport.harness import BODY, TOKEN, OnLoop, Threads, outgoing, read
from tests.transport.implementations import Implementation

TEXT = "秦始皇".encode() * 1_000


def test_the_request_as_sent(transport: Threads | OnLoop, serve: Serve) -> None:
    """Method, path, headers, token and body arrive; the reply has status, headers and body."""
    server = serve(
        lambda exchange: exchange.send(answer(TEXT, "203 嗯".encode().decode("latin-1")))
    )

    reply = transport.send(outgoing(server.url, headers={"X-Name": "a b"}))

    [exchange] = server.exchanges
    assert exchange.request_line == "POST /v2/%E7%BA%BF%E7%A8%8B HTTP/1.1"
    assert exchange.headers["authorization"] == TOKEN
    assert exchange.headers["x-name"] == "a b"
    assert exchange.body == BODY
    assert isinstance(reply, Reply)
    assert (reply.status, reply.body, reply.live) == (203, TEXT, None)
    assert reply.headers["content-length"] == str(len(TEXT))


def test_one_connection(transport: Threads | OnLoop, serve: Serve) -> None:
    """Whole bodies, refusals and open bodies that were read leave their connection to the next."""
    kinds = [answer(b"{}"), answer(b"{}", "404 Not Found"), CHUNKED + chunk(TEXT) + chunk(b"")]
    server = serve(lambda exchange: exchange.send(kinds[len(server.exchanges) % 3]))

    for number in range(12):
        reply = transport.send(outgoing(server.url, open_=number % 2 == 0))
        assert isinstance(reply, Reply)
        if reply.live is not None:
            assert read(transport, reply)[1] is None
            transport.close_body(reply)

    assert len(server.exchanges) == 12
    assert server.connections == 1


def test_an_open_body_that_is_given_back(transport: Threads | OnLoop, serve: Serve) -> None:
    """Its connection is kept if only the end of the body is missing."""
    server = serve(lambda e: e.send(CHUNKED + chunk(TEXT) + chunk(b"")))

    for _ in range(3):
        reply = transport.send(outgoing(server.url, open_=True))
        assert isinstance(reply, Reply)
        received = b""
        while len(received) < len(TEXT):
            piece = transport.next(reply)
            assert isinstance(piece, bytes)
            received += piece
        transport.release(reply)

    assert server.connections == 1


@pytest.mark.parametrize("end", ["release", "close_body"])
def test_an_open_body_that_has_more(transport: Threads | OnLoop, serve: Serve, end: str) -> None:
    """Its connection is closed, whether the rest is there or not."""
    server = serve(lambda e: (e.send(CHUNKED + chunk(TEXT)), e.client_disconnected())[1])

    reply = transport.send(outgoing(server.url, open_=True))
    assert isinstance(reply, Reply)
    assert transport.next(reply)
    getattr(transport, end)(reply)

    assert server.all_closed()


def test_an_open_body_that_is_never_closed(make: Make, serve: Serve) -> None:
    """Its place and its connection are given back when it is collected."""
    transport = make(places=1)
    server = serve(lambda e: (e.send(CHUNKED + chunk(TEXT)), e.client_disconnected())[1])

    for _ in range(3):
        reply = transport.send(outgoing(server.url, open_=True))
        assert isinstance(reply, Reply)
        assert transport.next(reply)
        del reply
        gc.collect()
        transport.settle()

    assert len(server.exchanges) == 3


def test_the_first_bytes_are_handed_over(transport: Threads | OnLoop, serve: Serve) -> None:
    """As soon as they are there: the server sends the rest only when they have arrived."""
    arrived = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.send(CHUNKED + chunk("第一".encode()))
        assert arrived.wait(PATIENCE)
        exchange.send(chunk("第二".encode()) + chunk(b""))

    reply = transport.send(outgoing(serve(script).url, open_=True))

    assert isinstance(reply, Reply)
    assert transport.next(reply) == "第一".encode()
    arrived.set()
    assert read(transport, reply) == ("第二".encode(), None)


CUT: dict[str, bytes] = {
    "in the head": b"HTTP/1.1 200 OK\r\nContent-",
    "without a byte": b"",
    "in the body": b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" + TEXT[:500],
    "in a chunk": CHUNKED + chunk(TEXT)[:500],
    "between chunks": CHUNKED + chunk(TEXT[:500]),
    "in compressed bytes": answer(gzip.compress(TEXT)[:20], content_encoding="gzip"),
    "no HTTP": "你好\r\n\r\n".encode(),
    "a status of letters": b"HTTP/1.1 OK\r\n\r\n",
}


@pytest.mark.parametrize("open_", [False, True], ids=["whole", "open"])
@pytest.mark.parametrize("data", CUT.values(), ids=CUT.keys())
def test_a_response_that_is_cut(
    transport: Threads | OnLoop, serve: Serve, data: bytes, open_: bool
) -> None:
    """There is no reply, and the server was reached; what had come of an open body was given."""
    server = serve(lambda exchange: (exchange.send(data), False)[1])

    outcome = transport.send(outgoing(server.url, open_=open_))
    if isinstance(outcome, Reply):
        assert open_
        body, failure = read(transport, outcome)
        assert TEXT.startswith(body)
        transport.close_body(outcome)
    else:
        failure = outcome

    assert failure is not None
    assert "was cut off or cannot be read" in failure.message
    assert (failure.reached_server, failure.timed_out, failure.overdue) == (True, False, False)
    assert server.all_closed()


def test_a_peek(transport: Threads | OnLoop, serve: Serve) -> None:
    """The reply has the body's first bytes; all of it when it is short."""
    bodies = [TEXT, b"ab"]
    server = serve(lambda e: e.send(answer(bodies[len(server.exchanges) - 1])))

    long = transport.send(outgoing(server.url, open_=True, peek=4))
    assert isinstance(long, Reply)
    assert len(long.body) > 4
    assert read(transport, long) == (TEXT, None)
    short = transport.send(outgoing(server.url, open_=True, peek=4))
    assert isinstance(short, Reply)

    assert (short.body, short.live) == (b"ab", None)


def test_a_body_of_no_known_end(transport: Threads | OnLoop, serve: Serve) -> None:
    """It is refused where a cut must be detected."""
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
    server = serve(lambda exchange: (exchange.send(head + TEXT), False)[1])

    outcome = transport.send(outgoing(server.url, open_=True, peek=4))

    assert isinstance(outcome, NoReply)
    assert "neither Content-Length nor chunked encoding" in outcome.message


ENCODED: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "gzip": ("gzip", gzip.compress, ""),
    "no encoding": ("identity", bytes, ""),
    "stacked": ("gzip, gzip", lambda text: gzip.compress(gzip.compress(text)), "more than once"),
    "unknown": ("br", bytes, "compressed as 'br'"),
}


@pytest.mark.parametrize(("coding", "encode", "problem"), ENCODED.values(), ids=ENCODED.keys())
def test_encodings(
    transport: Threads | OnLoop,
    serve: Serve,
    coding: str,
    encode: Callable[[bytes], bytes],
    problem: str,
) -> None:
    """An accepted encoding is decompressed; any other is refused."""
    server = serve(lambda e: e.send(answer(encode(TEXT), content_encoding=coding)))

    outcome = transport.send(outgoing(server.url))

    if problem:
        assert isinstance(outcome, NoReply)
        assert problem in outcome.message
    else:
        assert isinstance(outcome, Reply)
        assert outcome.body == TEXT


@pytest.mark.parametrize("status", ["200 OK", "500 No"])
def test_a_body_that_is_too_long(transport: Threads | OnLoop, serve: Serve, status: str) -> None:
    """Its beginning is kept; of errors, less is read."""
    size = 1_500_000 if status == "200 OK" else 20_000
    server = serve(lambda exchange: exchange.send(answer(b"x" * size, status)))

    reply = transport.send(outgoing(server.url))

    assert isinstance(reply, Reply)
    assert reply.cut_short
    assert 0 < len(reply.body) < size


def test_a_server_that_is_not_there(transport: Threads | OnLoop) -> None:
    """It was not reached, and the message says where the address comes from."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"

    outcome = transport.send(outgoing(url))

    assert isinstance(outcome, NoReply)
    assert outcome.message.startswith(f"no connection to {url}: ")
    assert "the address is that of gateway_url" in outcome.message
    assert not outcome.reached_server


def test_one_that_is_closed(
    implementation: Implementation, transport: Threads | OnLoop, serve: Serve
) -> None:
    """Its own connections are gone; closing again does nothing."""
    server = serve(lambda exchange: exchange.send(answer(b"{}")))
    reply = transport.send(outgoing(server.url, open_=True))
    assert isinstance(reply, Reply)
    assert read(transport, reply) == (b"{}", None)

    transport.close()
    transport.close()

    if implementation.owns_connections:
        assert server.all_closed()
        with pytest.raises(RuntimeError, match="closed"):
            transport.send(outgoing(server.url))
    else:  # they are of a client that its user closes
        assert isinstance(transport.send(outgoing(server.url)), Reply)
        assert server.connections == 1
