"""Connections that wait for the next request, and are no use when it comes."""

from __future__ import annotations

import threading

import pytest
from appbuilder_assistants._core.calls import Reply
from appbuilder_assistants._transport.with_h11 import idle

from tests.clients.bodies import CHUNKED, chunk
from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, answer
from tests.transport.conftest import Make
from tests.transport.harness import OnLoop, Threads, outgoing, read
from tests.transport.implementations import Implementation


def test_one_that_the_server_has_closed(transport: Threads | OnLoop, serve: Serve) -> None:
    """The next request gets another one, also where the event loop has not noticed it yet."""
    received = threading.Semaphore(0)
    server = serve(lambda e: (e.send(answer(b"{}")), received.acquire(timeout=PATIENCE), False)[2])

    for number in range(1, 4):
        reply = transport.send(outgoing(server.url))
        assert isinstance(reply, Reply), reply
        received.release()
        assert server.all_closed()
        assert server.connections == number


def test_bytes_behind_a_response(
    implementation: Implementation, transport: Threads | OnLoop, serve: Serve
) -> None:
    """Unexpected bytes are not taken for the response to the next request."""
    if implementation.name.startswith("httpx"):
        pytest.skip("httpcore takes it for the response")
    server = serve(lambda e: e.send(answer({"for": e.connection}) + answer({"for": "nobody"})))

    bodies = []
    for _ in range(3):
        reply = transport.send(outgoing(server.url))
        assert isinstance(reply, Reply)
        bodies.append(reply.body)

    assert bodies == [b'{"for": 1}', b'{"for": 2}', b'{"for": 3}']


def test_one_that_was_idle_for_too_long(
    implementation: Implementation,
    transport: Threads | OnLoop,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The next request closes it, also when it is for another server."""
    if implementation.name.startswith("httpx"):
        pytest.skip("httpcore has a time of its own")
    first, second = (serve(lambda exchange: exchange.send(answer(b"{}"))) for _ in range(2))

    assert isinstance(transport.send(outgoing(first.url)), Reply)
    monkeypatch.setattr(idle, "KEEP_SECONDS", 0.0)
    assert isinstance(transport.send(outgoing(second.url)), Reply)

    assert first.all_closed()


def test_one_too_many(make: Make, serve: Serve) -> None:
    """The oldest is closed for one that another server has."""
    transport = make(places=1)
    first, second = (serve(lambda exchange: exchange.send(answer(b"{}"))) for _ in range(2))

    for server in (first, second, second):
        assert isinstance(transport.send(outgoing(server.url)), Reply)

    assert first.all_closed()
    assert second.connections == 1


def test_one_that_comes_back_to_a_closed_transport(
    implementation: Implementation, transport: Threads | OnLoop, serve: Serve
) -> None:
    """A body that is read to its end afterwards closes its connection."""
    if not implementation.name.startswith(("h11", "httptools")):
        pytest.skip("httpx closes the connections of open bodies, or leaves them to its user")
    server = serve(lambda exchange: exchange.send(CHUNKED + chunk("正文".encode()) + chunk(b"")))
    reply = transport.send(outgoing(server.url, open_=True))
    assert isinstance(reply, Reply)

    transport.close()

    assert read(transport, reply) == ("正文".encode(), None)
    transport.close_body(reply)
    assert server.all_closed()
