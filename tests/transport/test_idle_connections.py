"""Connections that wait for the next request, and are no use when it comes."""

from __future__ import annotations

import threading

import pytest
from appbuilder_assistants._core.calls import Reply

from tests.clients.conftest import Serve
from tests.clients.raw_server import PATIENCE, answer
from tests.transport.harness import OnLoop, Threads, outgoing
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
